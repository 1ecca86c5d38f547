import type { Ctx } from '#kernel/ctx.ts'
import { invalid, invalidField, type FieldError } from '#kernel/refused.ts'
import { words, type Field, type Fields } from '#kernel/resource.ts'
import { visibleCustomFields } from '#kernel/shape.ts'
import { asResource } from '#kernel/store.ts'
import { customers } from '#modules/customers/index.ts'

/** Field → column of the file. */
export type Mapping = Record<string, string>

/** What a customer's row may bring beyond the customer's own fields: names instead of ids, and a service. */
export const otherTargets = {
  partner: { kind: 'text', max: 120, nullable: true, label: 'Partner, by name' },
  labels: { kind: 'text', max: 500, nullable: true, label: 'Labels, by name, separated by commas' },
  tariff: { kind: 'text', max: 120, nullable: true, label: 'Tariff of the service, by title' },
  login: { kind: 'text', max: 120, nullable: true, label: 'Login of the service' },
  password: { kind: 'text', max: 128, nullable: true, label: 'Password of the service' },
  ip: { kind: 'ip', nullable: true, label: 'Static IP address of the service' },
  price: { kind: 'money', min: 0, nullable: true, label: 'Price of the service, instead of the tariff’s' },
  start_date: { kind: 'date', nullable: true, label: 'First day of the service' },
} as const satisfies Fields

/** Everything a column can be mapped to, for this actor. */
export function targetsOf(ctx: Ctx): Record<string, Field> {
  const noun = asResource(customers)
  const closed = new Set([...ctx.access.readonly(noun.name), ...ctx.access.hidden(noun.name)])
  const own = Object.entries(noun.fields).filter(
    ([name, field]) =>
      !field.readonly && !closed.has(name) && !['references', 'json', 'secret'].includes(field.kind),
  )
  const custom = Object.entries(visibleCustomFields(ctx, noun)).filter(
    ([name, field]) => field.kind !== 'json' && !closed.has(`custom.${name}`),
  )
  return {
    ...Object.fromEntries(own),
    ...Object.fromEntries(custom.map(([name, field]) => [`custom.${name}`, field])),
    ...otherTargets,
  }
}

/** By what the columns are called: the field's own name and label, and what other systems and people call it. */
export function proposeMapping(targets: Record<string, Field>, columns: readonly string[]): Mapping {
  const names = new Map<string, string>()
  for (const [field, others] of Object.entries(synonyms))
    for (const other of others) names.set(folded(other), field)
  for (const [field, { label }] of Object.entries(targets)) {
    for (const name of [label ?? words(field), field.replace('custom.', ''), field])
      names.set(folded(name), field)
  }
  const mapping: Mapping = {}
  for (const column of columns) {
    const field = names.get(folded(column))
    if (field && targets[field] && !mapping[field]) mapping[field] = column
  }
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
  if (!mapping.name)
    throw invalidField(
      'mapping',
      'name_not_mapped',
      'No column is mapped to the name. Say which it is: mapping={"name": "Full name"}.',
    )
}

const folded = (name: string) =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/ł/g, 'l')
    .replace(/[^\p{L}\p{N}]/gu, '')

const synonyms: Record<string, readonly string[]> = {
  name: [
    'full name',
    'customer',
    'customer name',
    'client',
    'client name',
    'subscriber',
    'company',
    'nazwa',
    'imię i nazwisko',
    'meno',
    'jméno',
  ],
  external_id: [
    'id',
    'number',
    'customer id',
    'customer number',
    'customer no',
    'client id',
    'account',
    'account number',
    'account id',
    'splynx id',
    'uisp id',
    'nr klienta',
  ],
  email: ['e-mail', 'mail', 'email address', 'e-mail address'],
  phone: ['telephone', 'tel', 'mobile', 'phone number', 'mobile phone', 'telefon', 'msisdn'],
  street: ['address', 'street address', 'street 1', 'address line 1', 'ulica', 'adres'],
  city: ['town', 'locality', 'miasto', 'miejscowość', 'město'],
  postal_code: ['zip', 'zip code', 'postcode', 'post code', 'kod pocztowy', 'psč'],
  country: ['country code', 'kraj'],
  tax_id: ['vat', 'vat id', 'vat number', 'tax number', 'nip', 'dic', 'gstin'],
  category: ['type', 'customer type', 'kind'],
  billing_day: ['billing date', 'invoice day'],
  due_days: ['payment terms', 'days due'],
  partner: ['reseller', 'partner name'],
  labels: ['tags', 'label', 'groups'],
  tariff: ['plan', 'package', 'tariff title', 'service plan', 'internet plan', 'taryfa', 'pakiet'],
  login: ['username', 'user name', 'pppoe', 'pppoe login', 'pppoe username', 'radius login', 'user'],
  password: ['pppoe password', 'radius password', 'secret', 'hasło'],
  ip: ['ip address', 'ipv4', 'static ip', 'adres ip'],
  start_date: ['service start', 'activated', 'activation date', 'contract start', 'from', 'since'],
}
