export { tariffs, taxes } from './catalog.ts'
