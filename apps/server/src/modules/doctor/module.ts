import type { Module } from '#kernel/app.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'

/** Says how the installation is, before somebody has to find out. */
export const doctor: Module = { name: 'doctor', routes, paths }
