export { auditEvents } from './audit.ts'
