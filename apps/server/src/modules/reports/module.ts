import type { Module } from '#kernel/app.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'

/** Questions over a stretch of time that take several modules to answer. It owns no table. */
export const reports: Module = { name: 'reports', routes, paths }
