export { accessDevices, mustBePort, type PortWanted } from './access-devices.ts'
export {
  assignPoolAddress,
  assignStaticAddress,
  assignStaticAddresses,
  releaseAddresses,
} from './addresses.ts'
export { assignPrefix, ipv6Prefixes, mustBePrefix, releasePrefix } from './ipv6-prefixes.ts'
export { ipAddresses, ipNetworks, routers } from './network.ts'
