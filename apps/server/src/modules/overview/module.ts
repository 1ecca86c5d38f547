import type { Module } from '#kernel/app.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'

/** Screens that gather what several modules know. It owns no table and comes last. */
export const overview: Module = { name: 'overview', routes, paths }
