import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { partners } from './partners.ts'

export const resellers: Module = { name: 'resellers', nouns: [asResource(partners)] }
