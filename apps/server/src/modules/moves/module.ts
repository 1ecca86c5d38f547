import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { customerMoves } from './customer-moves.ts'
import { mergeCustomer } from './merge.ts'
import { moveService } from './move-service.ts'
import { undoMerge, undoMove, undoServiceMove } from './undo.ts'

export const moves: Module = {
  name: 'moves',
  nouns: [asResource(customerMoves)],
  verbs: [mergeCustomer, undoMerge, moveService, undoServiceMove, undoMove],
}
