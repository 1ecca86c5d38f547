import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { destroyDueKeys } from './destroy-keys.ts'
import { eraseCustomer } from './erase.ts'
import { erasures } from './erasures.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'
import { setPrivacy } from './settings.ts'

/** What the law says about people's data: to hand it over, and to forget it. */
export const privacy: Module = {
  name: 'privacy',
  nouns: [asResource(erasures)],
  verbs: [eraseCustomer, setPrivacy],
  routes,
  paths,
  schedules: [destroyDueKeys],
}
