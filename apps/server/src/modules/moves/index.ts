export { customerMoves, type CustomerMove } from './customer-moves.ts'
export { mergeCustomer } from './merge.ts'
export { moveService } from './move-service.ts'
