import type { Module } from '#kernel/app.ts'
import { anyJob } from '#kernel/jobs.ts'
import { asResource } from '#kernel/store.ts'
import { runAgain, validateAgain } from './commands.ts'
import { imports } from './imports.ts'
import { runImport } from './job.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'

export const importsModule: Module = {
  name: 'imports',
  nouns: [asResource(imports)],
  verbs: [runAgain, validateAgain],
  jobs: [anyJob(runImport)],
  routes,
  paths,
}
