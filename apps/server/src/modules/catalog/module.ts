import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { tariffs, taxes } from './catalog.ts'

export const catalog: Module = { name: 'catalog', nouns: [asResource(tariffs), asResource(taxes)] }
