import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { authenticate, principalOf } from './access.ts'
import {
  activateUser,
  createApiKey,
  createUser,
  revokeApiKey,
  revokeSession,
  setPassword,
  suspendUser,
} from './commands.ts'
import { apiKeys, numberSeries, roles, savedViews, signInSessions, tenants, users } from './identity.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'

export const identity: Module = {
  name: 'identity',
  nouns: [
    asResource(tenants),
    asResource(users),
    asResource(roles),
    asResource(apiKeys),
    asResource(signInSessions),
    asResource(savedViews),
    asResource(numberSeries),
  ],
  verbs: [createUser, setPassword, suspendUser, activateUser, createApiKey, revokeApiKey, revokeSession],
  routes,
  paths,
  authenticate,
  principalOf,
}
