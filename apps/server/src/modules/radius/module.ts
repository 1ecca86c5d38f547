import type { Module } from '#kernel/app.ts'
import { anyJob } from '#kernel/jobs.ts'
import { asResource } from '#kernel/store.ts'
import { closeLines } from './ask-router.ts'
import { authAttempts } from './attempts.ts'
import { convergeSession } from './converge.ts'
import { learnRouters, startDaemon } from './daemon.ts'
import { disconnectSession, followChanges } from './follow.ts'
import { coaRequests, sessions } from './sessions.ts'

export const radius: Module = {
  name: 'radius',
  nouns: [asResource(sessions), asResource(coaRequests), asResource(authAttempts)],
  verbs: [disconnectSession],
  consumers: [followChanges, learnRouters],
  jobs: [anyJob(convergeSession)],
  async start(app) {
    const daemon = app.config.roles.has('radius') ? await startDaemon(app) : undefined
    return {
      async stop() {
        await daemon?.stop()
        await closeLines(app)
      },
    }
  },
}
