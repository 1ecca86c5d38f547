import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { destroyDueKeys } from './destroy-keys.ts'
import { eraseCustomer } from './erase.ts'
import { eraseContact } from './erase-contact.ts'
import { erasures } from './erasures.ts'
import { anyJob } from '#kernel/jobs.ts'
import { expireExports } from './expire-exports.ts'
import { writeExport } from './export-job.ts'
import { exportContact, exportCustomer } from './export-verbs.ts'
import { personalDataExports } from './exports.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'
import { eraseAgain, noteErasures } from './journal.ts'

/** What the law says about people's data: to hand it over, and to forget it. */
export const privacy: Module = {
  name: 'privacy',
  nouns: [asResource(erasures), asResource(personalDataExports)],
  verbs: [eraseCustomer, eraseContact, exportCustomer, exportContact],
  routes,
  async start(app) {
    if (app.config.roles.has('worker')) await eraseAgain(app)
    return undefined
  },
  paths,
  consumers: [noteErasures],
  jobs: [anyJob(writeExport)],
  schedules: [destroyDueKeys, expireExports],
}
