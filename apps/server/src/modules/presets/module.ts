import type { Module } from '#kernel/app.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'

export const presetsModule: Module = { name: 'presets', routes, paths }
