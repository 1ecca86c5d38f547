export {
  documentKinds,
  documentTemplates,
  type DocumentKind,
  type DocumentTemplate,
} from './document-templates.ts'
export { currentLetterhead, keepLetterheads, letterheadOf, type Letterhead } from './letterheads.ts'
export { placeholders, type Values } from './placeholders.ts'
export { languageOf, worded } from './wording.ts'
