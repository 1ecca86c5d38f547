import type { Module } from '#kernel/app.ts'
import { anyJob } from '#kernel/jobs.ts'
import { asResource } from '#kernel/store.ts'
import { destroyFile, restoreFile, sweep } from './bin.ts'
import { dropContents } from './contents.ts'
import { binnedFiles, files } from './files.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'

/** Documents on customers and on anything else: in a folder of this machine, or in S3. */
export const filesModule: Module = {
  name: 'files',
  nouns: [asResource(files), asResource(binnedFiles)],
  verbs: [restoreFile, destroyFile],
  jobs: [anyJob(dropContents)],
  schedules: [sweep],
  routes,
  paths,
}
