import type { Module } from '#kernel/app.ts'
import { anyJob } from '#kernel/jobs.ts'
import { daily } from '#kernel/schedules.ts'
import { asResource } from '#kernel/store.ts'
import { completeBundle, followBundle } from './bundles.ts'
import { cancelChange } from './cancel-change.ts'
import { serviceChanges } from './changes.ts'
import { changeAddresses } from './change-addresses.ts'
import { changePrice, followVersions, withdrawVersion } from './change-price.ts'
import { startContract } from './contracts.ts'
import { createService } from './create.ts'
import { createDiscount, endDiscount, withdrawDiscount } from './discount-verbs.ts'
import { issueContract } from './issue-contract.ts'
import { contracts } from './issued-contracts.ts'
import { keepServiceAddress } from './details.ts'
import { discounts } from './discounts.ts'
import { followPlans, startFollowing } from './follow-plans.ts'
import { paths } from './paths.ts'
import { followCustomer } from './reactions.ts'
import { planPricesLater } from './price-change.ts'
import { redeemCoupon } from './redeem-coupon.ts'
import { routes } from './routes.ts'
import { serviceMacs } from './service-macs.ts'
import { services } from './services.ts'
import { startDiscounts } from './start-discounts.ts'
import { activateService, resumeService, stopService, terminateService } from './status-verbs.ts'
import { createSurcharge, endSurcharge, withdrawSurcharge } from './surcharge-verbs.ts'
import { surcharges } from './surcharges.ts'
import { changeTariff, changeTerms } from './terms-verbs.ts'
import { setUniqueMacs } from './unique-macs.ts'

export const servicesModule: Module = {
  name: 'services',
  nouns: [
    asResource(services),
    asResource(serviceMacs),
    asResource(serviceChanges),
    asResource(discounts),
    asResource(surcharges),
    asResource(contracts),
  ],
  verbs: [
    createService,
    activateService,
    stopService,
    resumeService,
    changeTariff,
    changeTerms,
    changeAddresses,
    setUniqueMacs,
    terminateService,
    cancelChange,
    createDiscount,
    endDiscount,
    withdrawDiscount,
    redeemCoupon,
    changePrice,
    withdrawVersion,
    createSurcharge,
    endSurcharge,
    withdrawSurcharge,
    issueContract,
  ],
  routes,
  paths,
  insiders: [completeBundle, followBundle, followCustomer, startDiscounts, startContract, keepServiceAddress],
  jobs: [anyJob(followPlans), anyJob(planPricesLater)],
  schedules: [
    daily('services.follow_versions', '00:01', followVersions),
    daily('services.follow_timelines', '00:01', startFollowing),
  ],
}
