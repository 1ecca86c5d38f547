/**
 * A noun is declared once, as plain data. REST, OpenAPI, permissions, audit, events, bulk, search, export and the generic
 * screens are derived from the declaration. An administrator's entity is the same value, read from the database.
 */
import type { Apart } from './apart.ts'
import type { Beside } from './beside.ts'
import type { ManyValues } from './many-values.ts'
import type { Ctx } from './ctx.ts'
import type { Sql } from './sql.ts'

export type FieldKind =
  | 'text'
  | 'long_text'
  | 'rich_text'
  | 'email'
  | 'phone'
  | 'url'
  | 'emails'
  | 'phones'
  | 'urls'
  | 'choice'
  | 'choices'
  | 'mac'
  | 'ip'
  | 'cidr'
  | 'integer'
  | 'bigint'
  | 'rating'
  | 'bytes'
  | 'kbps'
  | 'money'
  | 'decimal'
  | 'percent'
  | 'boolean'
  | 'date'
  | 'time'
  | 'datetime'
  | 'duration'
  | 'reference'
  | 'references'
  | 'user'
  | 'files'
  | 'geo_point'
  | 'json'
  | 'secret'
  | 'auto_number'
  | 'formula'

export type Field = {
  kind: FieldKind
  label?: string
  help?: string
  group?: string
  unit?: string
  /** A text's whole value matches it; of an automatic number how it is printed. */
  pattern?: string
  /** Digits after the point of a decimal, at most 6. */
  scale?: number
  /** Choices, as stored. */
  values?: readonly string[]
  /** What a value is called where its own words do not say: `de`. */
  value_labels?: Readonly<Record<string, string>>
  /** The noun a reference points to. */
  to?: string
  /** Longest text, in characters; largest integer. */
  max?: number
  min?: number
  nullable?: boolean
  /** Null, or left out, asks for the value that stands above the row. The column always holds what is in force, never null. */
  inherits?: boolean
  default?: unknown
  /** Changed by verbs only. */
  readonly?: boolean
  /** Set at creation, then fixed. */
  immutable?: boolean
  /** It counts only while each of these fields has one of these values; otherwise forms do not show it. */
  when?: Readonly<Record<string, readonly string[]>>
  /** When the row it refers to is merged into another, it keeps referring to that row: what was posted or logged was said of it. */
  stays?: boolean
  /**
   * Whether it says something of the person whose row it is. `true`: it goes when the person is erased. `'kept'`: the books need it, so
   * it is sealed until their time is over; of a text that must not be empty, what names the person is replaced. `false`: it says nothing
   * of a person. On the nouns of a customer every field that holds text says which (test/guards/personal.test.ts).
   */
  personal?: boolean | 'kept'
  /** A list can be filtered by it: the column is of a kind whose operators are leakproof, so an index serves it under row-level security. */
  filter?: boolean
  /** A list can be sorted by it: there is an index (tenant_id, column, id). */
  sort?: boolean
  /** Among the columns a list shows at first. */
  list?: boolean
  /** The key under which `custom` holds an administrator's field; its name where it was never renamed. */
  key?: string
  /** The indexed column of an administrator's field. */
  beside?: Beside
  /** An administrator's field of several values: where lists are filtered by them. */
  many?: ManyValues
  /** An expression that must hold of an administrator's field, and what to say when it does not. */
  rule?: { expression: string; message?: string }
  /** What an administrator's field comes to, as an expression over its row. */
  formula?: string
  /** It is shown and asked for only while its row meets these conditions. */
  visible_when?: unknown
  /** In the customers' portal. */
  portal?: 'hidden' | 'visible' | 'editable'
}

export type Fields = Record<string, Field>
export type Generic = 'list' | 'get' | 'create' | 'update' | 'delete'

export type Resource<F extends Fields = Fields> = {
  name: string
  plural: string
  label: string
  label_plural: string
  /** Physical table; opaque for custom entities. */
  table: string
  /** Physical column of a field where it is not the field's own name. */
  columns?: Record<string, string>
  fields: F
  /** The field that names a row to people. */
  title: string
  sort: string
  generic: readonly Generic[]
  /**
   * `partner`: rows carry `partner_id` and an actor sees its own subtree. `tenant`: everybody with the permission sees every row.
   * `whole`: only actors who see the whole tenant, because the rows speak of every partner's business.
   */
  scope: 'tenant' | 'partner' | 'whole'
  /** Written once, never changed: rows have an id and their own fields, no version and no dates of change. */
  log: boolean
  /** Rows are found by the search everywhere. */
  search: boolean
  /** Bears `custom jsonb`: an administrator may add fields. */
  custom: boolean
  /** An administrator's entity, served below /api/v1/x. */
  entity: boolean
  /** A deleted row goes to the bin: `deleted_at` is set, and the noun shows it no more. Whoever keeps the bin empties it. */
  bin: boolean
  before?: {
    create?: (ctx: Ctx, row: Record<string, unknown>) => Promise<void>
    update?: (ctx: Ctx, row: Record<string, unknown>, changes: Record<string, unknown>) => Promise<void>
    delete?: (ctx: Ctx, row: Record<string, unknown>) => Promise<void>
  }
  /** Takes from a printed row what this actor may not know although it may see the row. */
  redact?: (ctx: Ctx, printed: Record<string, unknown>) => void
  /** What a list can be filtered by beside its columns: `?changed=price`. */
  filters?: Record<string, OwnFilter>
  /** A condition every row that anybody sees must meet: a private view is its owner's. */
  rows?: (ctx: Ctx) => Sql
  /** Fields that are indexed in a table of their own. */
  apart?: Apart
  /**
   * A query of one value that differs whenever rows moved without an event: meters, progress. It is asked every second for each
   * tenant that somebody watches, so it reads few rows.
   */
  pulse?: Sql
  /** What may be said of a row beyond its columns; never needed by the kernel. */
  help?: string
}

/** A filter that is more than a comparison. `condition` refuses a value that is not in its form. */
export type OwnFilter = { help: string; condition: (ctx: Ctx, value: string) => Sql }

type Declared<F extends Fields> = Pick<Resource<F>, 'fields'> &
  Partial<Omit<Resource<F>, 'name' | 'fields' | 'entity'>>

export function resource<const F extends Fields>(name: string, declared: Declared<F>): Resource<F> {
  const plural = declared.plural ?? `${name}s`
  return {
    name,
    plural,
    label: declared.label ?? words(name),
    label_plural: declared.label_plural ?? words(plural),
    table: declared.table ?? plural,
    title: declared.title ?? 'name',
    sort: declared.sort ?? '-created_at',
    generic: declared.generic ?? ['list', 'get', 'create', 'update', 'delete'],
    scope: declared.scope ?? 'tenant',
    log: declared.log ?? false,
    search: declared.search ?? false,
    custom: declared.custom ?? false,
    entity: false,
    bin: declared.bin ?? false,
    fields: declared.fields,
    ...(declared.columns ? { columns: declared.columns } : {}),
    ...(declared.before ? { before: declared.before } : {}),
    ...(declared.rows ? { rows: declared.rows } : {}),
    ...(declared.redact ? { redact: declared.redact } : {}),
    ...(declared.filters ? { filters: declared.filters } : {}),
    ...(declared.apart ? { apart: declared.apart } : {}),
    ...(declared.pulse ? { pulse: declared.pulse } : {}),
    ...(declared.help ? { help: declared.help } : {}),
  }
}

export const words = (name: string): string => {
  const text = name
    .replaceAll('_', ' ')
    .replace(/\b(ip|ipv4|ipv6|id|nas|url|mac|vat|api|coa|pdf|radius)\b/g, (w) =>
      w.replace(/^(ip|id|nas|url|mac|vat|api|pdf|radius)/, (x) => x.toUpperCase()).replace('coa', 'CoA'),
    )
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** A label inside a sentence: “API key” stays so, “Billing run” becomes “billing run”. */
export const inSentence = (label: string): string =>
  label.replace(/\S+/g, (word) => (/\p{Lu}.*\p{Lu}/u.test(word) ? word : word.toLowerCase()))

/** What every row has beside its declared fields. */
export const standardFields = {
  id: { kind: 'reference', readonly: true, filter: true },
  version: { kind: 'integer', readonly: true },
  created_at: { kind: 'datetime', readonly: true, filter: true, sort: true },
  updated_at: { kind: 'datetime', readonly: true },
} as const satisfies Fields

export const columnOf = (noun: Resource, field: string): string => noun.columns?.[field] ?? field

/** Built-in nouns live under their plural; an administrator's entity under the name it was given. */
export const pathOf = (noun: Resource): string =>
  noun.entity ? `/api/v1/x/${noun.name}` : `/api/v1/${noun.plural}`

type Stored<F extends Field> = F extends { values: readonly (infer V)[] }
  ? V
  : F['kind'] extends 'integer' | 'rating'
    ? number
    : F['kind'] extends 'money' | 'decimal' | 'percent' | 'bytes' | 'kbps' | 'bigint' | 'duration'
      ? bigint
      : F['kind'] extends 'boolean'
        ? boolean
        : F['kind'] extends 'json' | 'emails' | 'phones' | 'urls' | 'choices' | 'files' | 'geo_point'
          ? unknown
          : F['kind'] extends 'references'
            ? string[]
            : F['kind'] extends 'secret'
              ? Buffer
              : string
export type ValueOf<F extends Field> = Stored<F> | (F extends { nullable: true } ? null : never)

/** What is given to be stored: a secret is still plain text, the store seals it. */
export type GivenFor<F extends Field> =
  | (F['kind'] extends 'secret' ? string : Stored<F>)
  | (F extends { nullable: true } | { inherits: true } ? null : never)

/** A row as the database gives it: money in minor units (`bigint`), instants as RFC 3339 text. */
export type Row<R> =
  R extends Resource<infer F>
    ? { id: string; version: number; created_at: string; updated_at: string } & {
        -readonly [K in keyof F]: ValueOf<F[K]>
      }
    : never

type Writable<F extends Fields> = { [K in keyof F as F[K] extends { readonly: true } ? never : K]: F[K] }
type Optional<F extends Fields> = {
  [K in keyof F]: F[K] extends { nullable: true } | { inherits: true } | { default: unknown } ? K : never
}[keyof F]

/** Stored values for a new row. Verbs may set read-only fields too. */
export type Create<R> =
  R extends Resource<infer F>
    ? { [K in Exclude<keyof Writable<F>, Optional<F>>]: GivenFor<F[K & keyof F]> } & {
        [K in keyof F]?: GivenFor<F[K]>
      }
    : never
export type Update<R> = R extends Resource<infer F> ? { [K in keyof F]?: GivenFor<F[K]> } : never

/** The input of a verb, decoded: like a row, without the standard columns; nullable and defaulted fields may be left out. */
export type Input<F extends Fields> = { [K in Exclude<keyof F, Optional<F>>]: GivenFor<F[K]> } & {
  [K in Optional<F>]?: GivenFor<F[K]>
}
