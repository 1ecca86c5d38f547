import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { bundleItems } from './bundle-items.ts'
import { coupons } from './coupons.ts'
import { keepVersions } from './keep-versions.ts'
import { locations } from './locations.ts'
import { paths } from './paths.ts'
import { routes } from './routes.ts'
import { tariffPhases } from './tariff-phases.ts'
import { tariffs } from './tariffs.ts'
import { revenueCategories, taxes } from './taxes.ts'
import { tariffVersions } from './versions.ts'

export const catalog: Module = {
  name: 'catalog',
  nouns: [
    asResource(tariffs),
    asResource(tariffPhases),
    asResource(tariffVersions),
    asResource(bundleItems),
    asResource(taxes),
    asResource(revenueCategories),
    asResource(locations),
    asResource(coupons),
  ],
  insiders: [keepVersions],
  routes,
  paths,
}
