export { createUser, issueApiKey } from './commands.ts'
export { apiKeys, roles, tenants, users } from './identity.ts'
export { hashPassword } from './passwords.ts'
export { createTenant, type NewTenant } from './tenants.ts'
