export { addUsage, type Usage } from './add.ts'
export { trafficSince, type TrafficPoint } from './traffic.ts'
export { usageDays } from './usage.ts'
