export { decideAccess, type AccessDecision, type AccessSnapshot } from './access.ts'
export { activateService, changeTariff, createService, stopService, terminateService } from './commands.ts'
export { services, type Service } from './services.ts'
export { termsOn, type Terms } from './timeline.ts'
