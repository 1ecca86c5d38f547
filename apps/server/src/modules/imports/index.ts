export { createImport, runAgain, validateAgain, type NewImport } from './commands.ts'
export { imports, type Import } from './imports.ts'
export { forgetInImports } from './forget.ts'
