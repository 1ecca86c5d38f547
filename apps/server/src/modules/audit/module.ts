import type { Module } from '#kernel/app.ts'
import { bulkJobs, runBulkJob } from '#kernel/bulk-jobs.ts'
import { anyJob } from '#kernel/jobs.ts'
import { forgetOldKeys } from '#kernel/idempotency.ts'
import { daily } from '#kernel/schedules.ts'
import { asResource } from '#kernel/store.ts'
import { auditEvents, events } from './audit.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'

/** What the kernel itself keeps, for reading: audit, events, bulk jobs, the job queue. */
export const audit: Module = {
  name: 'audit',
  nouns: [asResource(auditEvents), asResource(events), asResource(bulkJobs)],
  jobs: [anyJob(runBulkJob)],
  schedules: [daily('audit.forget_old_keys', '03:10', async (ctx) => void (await forgetOldKeys(ctx)))],
  routes,
  paths,
}
