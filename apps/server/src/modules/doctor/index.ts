export { examine, type Examination } from './examine.ts'
export type { Finding } from './finding.ts'
