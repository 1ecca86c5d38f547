import type { Module } from '#kernel/app.ts'
import { asResource } from '#kernel/store.ts'
import { accessDevices } from './access-devices.ts'
import { ipv6Prefixes } from './ipv6-prefixes.ts'
import { ipAddresses, ipNetworks, routers } from './network.ts'

export const network: Module = {
  name: 'network',
  nouns: [
    asResource(routers),
    asResource(accessDevices),
    asResource(ipNetworks),
    asResource(ipAddresses),
    asResource(ipv6Prefixes),
  ],
}
