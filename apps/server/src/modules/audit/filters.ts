import type { Ctx } from '#kernel/ctx.ts'
import { isId } from '#kernel/ids.ts'
import { invalidField } from '#kernel/refused.ts'
import type { OwnFilter } from '#kernel/resource.ts'
import { sql, type Sql } from '#kernel/sql.ts'

/** What the audit list is asked beside its columns. */
export const auditFilters: Record<string, OwnFilter> = {
  changed: {
    help: 'The name of a field that changed, such as `price` or `custom.contract`. A field hidden from you is never found.',
    condition: changedField,
  },
  cause: {
    help: 'The id of an event: everything that followed from it.',
    condition: (_, event_id) => followedFrom(event_id),
  },
}

/** To find a row by a field that is hidden would be to read the field, so nouns that hide it are left out. */
function changedField(ctx: Ctx, field: string): Sql {
  const [, own, custom] = /^(?:([a-z][a-z0-9_]{0,60})|custom\.([a-z][a-z0-9_]{0,60}))$/.exec(field) ?? []
  if (!own && !custom)
    throw invalidField('changed', 'not_a_name', 'Say which field changed by its name, such as price.')
  const unseen = ctx.app.nouns
    .all(ctx)
    .filter(({ name }) => {
      const hidden = ctx.access.hidden(name)
      return !ctx.access.can(name, 'get') || hidden.has(field) || (custom && hidden.has('custom'))
    })
    .map((noun) => noun.name)
  const seen = sql`noun <> all(${unseen}::text[])`
  return own
    ? sql`(changes ? ${own} and ${seen})`
    : sql`(changes #> array['custom', '0', ${custom}::text] is distinct from changes #> array['custom', '1', ${custom}::text] and ${seen})`
}

/** The chain's first event leads to its rows by an index; which of them stand behind the event asked for, their chain says. */
function followedFrom(event_id: string): Sql {
  if (!isId(event_id)) throw invalidField('cause', 'not_an_id', 'cause must be the id of an event.')
  return sql`(cause_root = (select coalesce((e.cause -> 0 ->> 'event_id')::uuid, e.id) from events e where e.id = ${event_id})
    and cause @> jsonb_build_array(jsonb_build_object('event_id', ${event_id}::text)))`
}
