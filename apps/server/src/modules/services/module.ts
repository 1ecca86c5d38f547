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
import { startContract } from './contracts.ts'
import { createDiscount, endDiscount, withdrawDiscount } from './discount-verbs.ts'
import { discounts } from './discounts.ts'
import { paths } from './paths.ts'
import { followCustomer } from './reactions.ts'
import { redeemCoupon } from './redeem-coupon.ts'
import { routes } from './routes.ts'
import { services } from './services.ts'
import { startDiscounts } from './start-discounts.ts'
import { createSurcharge, endSurcharge, withdrawSurcharge } from './surcharge-verbs.ts'
import { surcharges } from './surcharges.ts'
import { followTimelines } from './timeline.ts'

export const servicesModule: Module = {
  name: 'services',
  nouns: [asResource(services), asResource(discounts), asResource(surcharges)],
  verbs: [
    createService,
    activateService,
    stopService,
    resumeService,
    changeTariff,
    terminateService,
    createDiscount,
    endDiscount,
    withdrawDiscount,
    redeemCoupon,
    createSurcharge,
    endSurcharge,
    withdrawSurcharge,
  ],
  routes,
  paths,
  insiders: [followCustomer, startDiscounts, startContract],
  schedules: [daily('services.follow_timelines', '00:01', followTimelines)],
}
