import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { documentTemplates } from './document-templates.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'

export const documentsModule: Module = {
  name: 'documents',
  nouns: [asResource(documentTemplates)],
  routes,
  paths,
}
