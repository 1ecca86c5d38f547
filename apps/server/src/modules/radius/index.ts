export { authAttempts } from './attempts.ts'
export { radiusPorts } from './daemon.ts'
export { coaRequests, sessions, type CoaRequest, type Session } from './sessions.ts'
export { sweepSessions } from './sweep.ts'
