import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { ipAddresses, ipNetworks, routers } from './network.ts'

export const network: Module = {
  name: 'network',
  nouns: [asResource(routers), asResource(ipNetworks), asResource(ipAddresses)],
}
