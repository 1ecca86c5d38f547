import type { Module } from '#kernel/app.ts'
import { connectCustomer } from './connect.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'

/** Screens that gather what several modules know. It owns no table and comes last; so does what they do together. */
export const overview: Module = { name: 'overview', verbs: [connectCustomer], routes, paths }
