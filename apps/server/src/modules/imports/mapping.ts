import { invalid, invalidField, type FieldError } from '#kernel/refused.ts'
import { words, type Field } from '#kernel/resource.ts'
import { ofTheService, servedAtInstead, synonyms } from './synonyms.ts'

/** Field → column of the file. */
export type Mapping = Record<string, string>

/**
 * By what the columns are called: the field's own name and label first, then what other systems and people call it. Each column goes to
 * one field.
 */
export function proposeMapping(targets: Record<string, Field>, columns: readonly string[]): Mapping {
  const byName = new Map<string, string>()
  for (const column of columns) {
    const name = folded(column)
    if (!byName.has(name)) byName.set(name, column)
  }
  const mapping: Mapping = {}
  const taken = new Set<string>()
  const propose = (field: string, names: readonly string[]) => {
    // What other systems call an id is none of ours.
    if (!targets[field] || targets[field].kind === 'reference' || mapping[field]) return
    const column = names
      .map((name) => byName.get(folded(name)))
      .find((found) => found !== undefined && !taken.has(found))
    if (column === undefined) return
    mapping[field] = column
    taken.add(column)
  }
  const billed = ['street', 'city', 'postal_code', 'country'].filter((field) =>
    byName.has(folded(synonyms[field]?.[0] ?? '')),
  )
  for (const field of billed) propose(field, synonyms[field] ?? [])
  for (const [field, names] of Object.entries(ofTheService)) propose(field, names)
  for (const [field, { label }] of Object.entries(targets))
    propose(field, [field, field.replace('custom.', ''), label ?? words(field)])
  if (billed.length > 0) for (const [field, names] of Object.entries(servedAtInstead)) propose(field, names)
  for (const [field, names] of Object.entries(synonyms)) propose(field, names)
  // Without a tariff it is the login to a portal.
  if (!mapping.tariff) for (const field of ['login', 'password', 'ip']) delete mapping[field]
  return mapping
}

/** A mapping that a person gave. */
export function checkMapping(
  targets: Record<string, Field>,
  columns: readonly string[],
  given: unknown,
): Mapping {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalidField(
      'mapping',
      'not_a_mapping',
      'A mapping is an object, field to column: {"name": "Full name"}.',
    )
  const errors: FieldError[] = []
  for (const [field, column] of Object.entries(given)) {
    if (!Object.hasOwn(targets, field))
      errors.push({
        field: `mapping.${field.slice(0, 60)}`,
        code: 'unknown_field',
        detail: `“${field.slice(0, 60)}” is not a field that can be imported.`,
      })
    else if (typeof column !== 'string' || !columns.includes(column))
      errors.push({
        field: `mapping.${field}`,
        code: 'no_such_column',
        detail: `The file has no column “${String(column).slice(0, 60)}”. It has: ${columns.slice(0, 40).join(', ')}.`,
      })
  }
  if (errors.length > 0) throw invalid(errors)
  return given as Mapping
}

/** Without a name there is no customer; said before the first row, not once a row. */
export function mustBeComplete(mapping: Mapping): void {
  if (!saysName(mapping))
    throw invalidField(
      'mapping',
      'name_not_mapped',
      'No column is mapped to the name. Say which it is: mapping={"name": "Full name"}.',
    )
}

/** A customer is called by its name, or by the names of a person or company it is made of. */
export const saysName = (mapping: Mapping): boolean =>
  Boolean(mapping.name ?? mapping.last_name ?? mapping.legal_name)

const folded = (name: string) =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/ł/g, 'l')
    .replace(/[^\p{L}\p{N}]/gu, '')
