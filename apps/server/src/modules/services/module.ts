import type { Module } from '#kernel/app.ts'
import { daily } from '#kernel/schedules.ts'
import { asResource } from '#kernel/store.ts'
import {
  activateService,
  changeTariff,
  createService,
  resumeService,
  stopService,
  terminateService,
} from './commands.ts'
import { followCustomer } from './reactions.ts'
import { services } from './services.ts'
import { followTimelines } from './timeline.ts'

export const servicesModule: Module = {
  name: 'services',
  nouns: [asResource(services)],
  verbs: [createService, activateService, stopService, resumeService, changeTariff, terminateService],
  insiders: [followCustomer],
  schedules: [daily('services.follow_timelines', '00:01', followTimelines)],
}
