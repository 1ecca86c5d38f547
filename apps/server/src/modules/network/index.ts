export {
  assignPoolAddress,
  assignStaticAddress,
  assignStaticAddresses,
  releaseAddresses,
} from './addresses.ts'
export { ipAddresses, ipNetworks, routers } from './network.ts'
