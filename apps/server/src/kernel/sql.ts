/**
 * SQL as composable values. `sql\`…\`` is a fragment; fragments nest; everything else in `${}` is a parameter.
 *
 *     await ctx.db.one(sql<{ balance: bigint }>`select balance from customers where id = ${id} for update`)
 *
 * Nouns are data, so column lists are not known to the compiler and a typed query builder would type nothing;
 * a fragment that prints as the SQL a person reads is all that is left to want.
 */
export type Sql<Row = unknown> = {
  readonly text: readonly string[]
  readonly values: readonly unknown[]
  /** Only for inference: the shape of the rows it answers. */
  readonly row?: Row
}

export function sql<Row = Record<string, unknown>>(
  strings: TemplateStringsArray,
  ...parts: unknown[]
): Sql<Row> {
  const text: string[] = [strings[0] ?? '']
  const values: unknown[] = []
  parts.forEach((part, i) => {
    const after = strings[i + 1] ?? ''
    if (isSql(part)) {
      text[text.length - 1] += part.text[0] ?? ''
      part.values.forEach((value, n) => {
        values.push(value)
        text.push(part.text[n + 1] ?? '')
      })
      text[text.length - 1] += after
    } else {
      values.push(parameter(part))
      text.push(after)
    }
  })
  return { text, values }
}

/** A quoted identifier. Names come from declarations or from `dyn` metadata, never from a request. */
export const id = (name: string): Sql =>
  raw(
    name
      .split('.')
      .map((part) => `"${part.replaceAll('"', '""')}"`)
      .join('.'),
  )

/** Text put into the statement as it is: for constants of this code base only. */
export const raw = (text: string): Sql => ({ text: [text], values: [] })

export const empty: Sql = raw('')

export function join(fragments: readonly Sql[], separator = ', '): Sql {
  if (fragments.length === 0) return empty
  return fragments.reduce((left, right) => sql`${left}${raw(separator)}${right}`)
}

/** A parameter that is known only when the statement is sent. */
export const later = (value: () => unknown): Sql => ({ text: ['', ''], values: [value] })

/** A parameter that stays one even when its value is an array of fragments or an object. */
export const json = (value: unknown): Sql => ({
  text: ['', '::jsonb'],
  values: [JSON.stringify(value ?? null)],
})

export function compile(fragment: Sql): { text: string; values: unknown[] } {
  let text = fragment.text[0] ?? ''
  for (let i = 1; i < fragment.text.length; i++) text += `$${i}${fragment.text[i]}`
  return { text, values: fragment.values.map((value) => (typeof value === 'function' ? value() : value)) }
}

const isSql = (part: unknown): part is Sql =>
  typeof part === 'object' && part !== null && 'text' in part && 'values' in part && Array.isArray(part.text)

/** What `pg` cannot serialise by itself: Temporal values print as ISO, bigint as digits. */
function parameter(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Temporal.Instant || value instanceof Temporal.PlainDate) return value.toString()
  if (Array.isArray(value) && typeof value[0] === 'bigint') return value.map(String)
  return value === undefined ? null : value
}
