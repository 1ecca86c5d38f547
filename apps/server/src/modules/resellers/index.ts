export { partners } from './partners.ts'
