import type { Module } from '#kernel/app.ts'
import { anyJob } from '#kernel/jobs.ts'
import { createSeries } from '#kernel/numbers.ts'
import { daily } from '#kernel/schedules.ts'
import { asResource } from '#kernel/store.ts'
import { giveFeesBack } from './fees-back.ts'
import { followHierarchy } from './aggregate.ts'
import { judgeTariffChange } from './change-fees.ts'
import { followTags } from './control-tags.ts'
import { followMoves } from './follow-moves.ts'
import { dun, endHold, letGo } from './dunning.ts'
import { chargeEndingFees } from './ending-fees.ts'
import { billingRuns, creditNoteLines, creditNotes, invoiceLines, invoices } from './invoices.ts'
import { moneyMoved } from './money-moved.ts'
import { chargePrepaidCustomers, followPrepaid, startPrepaid } from './follow-prepaid.ts'
import { markOverdue } from './overdue.ts'
import { askDelivery, askDeliveryOfRun, remind } from './notices.ts'
import { paths } from './paths.ts'
import { billingPolicies } from './policies.ts'
import { billNewServices, repriceService, stopBilling } from './reprice.ts'
import { routes } from './routes.ts'
import {
  billRun,
  confirmBillingRun,
  createBillingRun,
  previewRun,
  runAutomatically,
  withdrawBillingRun,
} from './runs.ts'
import { voidInvoice } from './void.ts'

export const billing: Module = {
  name: 'billing',
  nouns: [
    asResource(invoices),
    asResource(invoiceLines),
    asResource(creditNotes),
    asResource(creditNoteLines),
    asResource(billingRuns),
    asResource(billingPolicies),
  ],
  verbs: [createBillingRun, confirmBillingRun, withdrawBillingRun, voidInvoice],
  insiders: [
    followHierarchy,
    followMoves,
    judgeTariffChange,
    repriceService,
    giveFeesBack,
    askDelivery,
    chargeEndingFees,
    billNewServices,
    stopBilling,
    letGo,
    endHold,
    followTags,
    followPrepaid,
  ],
  rehearsed: moneyMoved,
  jobs: [anyJob(previewRun), anyJob(billRun), anyJob(askDeliveryOfRun), anyJob(chargePrepaidCustomers)],
  routes,
  paths,
  // In the order in which a night goes: planned changes (services, 00:01), bills, what is overdue, who is blocked for it.
  schedules: [
    daily('billing.run_automatically', '00:05', runAutomatically),
    daily('billing.charge_prepaid', '00:06', startPrepaid),
    daily('billing.mark_overdue', '00:10', async (ctx) => void (await markOverdue(ctx))),
    daily('billing.dun', '00:15', dun),
    daily('billing.remind', '00:20', async (ctx) => void (await remind(ctx))),
  ],
  async newTenant(ctx) {
    await createSeries(ctx, 'invoice', '{year}-{next|6}')
    await createSeries(ctx, 'credit_note', 'CN-{year}-{next|6}')
  },
}
