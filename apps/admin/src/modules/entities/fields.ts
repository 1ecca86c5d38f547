/** The kinds an administrator can give to a field of their own; a custom field on a built-in noun refers to nothing. */
export const kinds = [
  'text',
  'long_text',
  'integer',
  'decimal',
  'money',
  'percent',
  'boolean',
  'date',
  'datetime',
  'choice',
  'reference',
  'email',
  'phone',
  'url',
  'ip',
  'mac',
  'bytes',
  'kbps',
  'rich_text',
  'bigint',
  'rating',
  'time',
  'duration',
  'choices',
  'emails',
  'phones',
  'urls',
  'references',
  'cidr',
  'geo_point',
  'json',
  'secret',
] as const

export type DesignedField = {
  label: string
  name: string
  kind: (typeof kinds)[number]
  required: boolean
  /** For a choice: one a line. */
  choices: string
  /** For a reference: the noun. */
  to: string
}

export const blankField: DesignedField = {
  label: '',
  name: '',
  kind: 'text',
  required: false,
  choices: '',
  to: 'customer',
}

/** `Serial number (new)` → `serial_number_new`: a name as SQL and the API spell names. */
export function nameFrom(label: string): string {
  const plain = label.normalize('NFKD').toLowerCase().replaceAll(/\p{M}/gu, '')
  return plain
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$|^(?=\d)/g, '')
    .replace(/^(\d)/, 'f_$1')
    .slice(0, 40)
}

/** As the API takes it. */
export function fieldBody(field: DesignedField): Record<string, unknown> {
  const choices = field.choices
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return {
    name: field.name,
    label: field.label,
    kind: field.kind,
    ...(field.required ? { required: true } : {}),
    ...(field.kind === 'choice' || field.kind === 'choices' ? { values: choices.map(nameFrom) } : {}),
    ...(field.kind === 'reference' || field.kind === 'references' ? { to: field.to } : {}),
  }
}
