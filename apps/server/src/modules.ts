import type { Module } from '#kernel/app.ts'
import { audit } from '#modules/audit/module.ts'
import { billing } from '#modules/billing/module.ts'
import { catalog } from '#modules/catalog/module.ts'
import { customersModule } from '#modules/customers/module.ts'
import { doctor } from '#modules/doctor/module.ts'
import { documentsModule } from '#modules/documents/module.ts'
import { entitiesModule } from '#modules/entities/module.ts'
import { filesModule } from '#modules/files/module.ts'
import { identity } from '#modules/identity/module.ts'
import { importsModule } from '#modules/imports/module.ts'
import { ledger } from '#modules/ledger/module.ts'
import { moves } from '#modules/moves/module.ts'
import { network } from '#modules/network/module.ts'
import { notesModule } from '#modules/notes/module.ts'
import { overview } from '#modules/overview/module.ts'
import { paymentsModule } from '#modules/payments/module.ts'
import { presetsModule } from '#modules/presets/module.ts'
import { privacy } from '#modules/privacy/module.ts'
import { radius } from '#modules/radius/module.ts'
import { reports } from '#modules/reports/module.ts'
import { resellers } from '#modules/resellers/module.ts'
import { servicesModule } from '#modules/services/module.ts'
import { usage } from '#modules/usage/module.ts'

/** Every capability, from the bottom up: a module calls only those above it in this list; the others hear its events. */
export const modules: readonly Module[] = [
  audit,
  identity,
  resellers,
  documentsModule,
  filesModule,
  notesModule,
  customersModule,
  catalog,
  network,
  servicesModule,
  usage,
  radius,
  ledger,
  billing,
  paymentsModule,
  moves,
  entitiesModule,
  importsModule,
  privacy,
  doctor,
  reports,
  presetsModule,
  overview,
]
