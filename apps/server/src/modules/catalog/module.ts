import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { locations } from './locations.ts'
import { routes } from './routes.ts'
import { tariffs } from './tariffs.ts'
import { revenueCategories, taxes } from './taxes.ts'

export const catalog: Module = {
  name: 'catalog',
  nouns: [asResource(tariffs), asResource(taxes), asResource(revenueCategories), asResource(locations)],
  routes,
}
