export { assignPoolAddress, assignStaticAddress, releaseAddresses } from './addresses.ts'
export { ipAddresses, ipNetworks, routers } from './network.ts'
