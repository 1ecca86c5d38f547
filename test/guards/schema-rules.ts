import type pg from 'pg'
import { kinds } from '#kernel/kinds.ts'
import { columnOf, type Resource } from '#kernel/resource.ts'
import { allFields } from '#kernel/shape.ts'

/**
 * What must hold of every table, asked of PostgreSQL's own catalogue. Each rule answers a sentence for each thing that breaks
 * it. They run as the superuser, since the roles under test see only their part.
 */
export type Rule = (db: pg.Client, app_role: string) => Promise<string[]>

/** Tables of the installation rather than of one ISP, and why they may be. */
const ofTheInstallation: Record<string, string> = {
  tenants: 'is the list of tenants; its own id is the wall',
  schema_migrations: 'says which migrations ran here',
  consumer_positions: 'says how far a consumer has read the outbox of all tenants',
  accounting_journal: 'holds packets for a second, of whichever ISP, for the RADIUS server alone',
  worker_heartbeats: 'says which worker processes live',
}

/** References without a check, and why. */
const unchecked: Record<string, string> = {
  'session.service_id': 'is written thousands of times a second',
  'usage_day.service_id': 'is written thousands of times a second',
  'session.router_id': 'is written thousands of times a second',
  'session.customer_id': 'names a customer, who is kept for good; see sessions_follow_customer',
  'session.partner_id': 'is the customer’s; see sessions_follow_customer',
  'usage_day.customer_id': 'names a customer, who is kept for good; see usage_follows_customer',
  'usage_day.partner_id': 'is the customer’s; see usage_follows_customer',
  'coa_request.service_id': 'is written as fast as sessions are',
  'coa_request.session_id': 'names a session in either part of them',
  'auth_attempt.router_id': 'is a log of what was said',
  'auth_attempt.service_id': 'is a log of what was said',
  'auth_attempt.customer_id': 'is a log of what was said',
  'auth_attempt.partner_id': 'is a log of what was said',
  'saved_view.user_id': 'only decides who sees the view',
  'file.author_id': 'is the actor of the request',
  'binned_file.author_id': 'is the actor of the request',
  'note.author_id': 'is the actor of the request',
  'todo.author_id': 'is the actor of the request',
}

/** Any other key across tenants would say that somebody else's row exists. */
const uniqueAcrossTenants: Record<string, string> = {
  'api_keys.token_hash': 'is 256 bits that nobody can guess',
  'sign_in_sessions.token_hash': 'is 256 bits that nobody can guess',
  'entities.table_name': 'is made by us, one name in one schema',
}

/** Our tables; a partition is reached through its parent. */
const tables = `
  select c.oid, c.relname as name, c.relrowsecurity, c.relforcerowsecurity, c.relispartition
  from pg_class c
  where c.relkind in ('r', 'p') and c.relnamespace in ('public'::regnamespace, 'dyn'::regnamespace)`

const sentences = async (db: pg.Client, query: string, values: unknown[] = []): Promise<string[]> =>
  (await db.query<{ sentence: string }>(query, values)).rows.map((row) => row.sentence)

export const everyTableHasTenant: Rule = (db) =>
  sentences(
    db,
    `select format('%s has no tenant_id.', t.name) as sentence
     from (${tables}) t
     where not t.name = any ($1)
       and not exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'tenant_id' and a.attnotnull)
     order by 1`,
    [Object.keys(ofTheInstallation)],
  )

/** A partition that the application may not touch directly is guarded by its parent. */
export const everyTableIsWalled: Rule = (db, app_role) =>
  sentences(
    db,
    `select format('%s: %s.', t.name, problem) as sentence
     from (${tables}) t,
       lateral (
         select 'row-level security is not forced' as problem where not (t.relrowsecurity and t.relforcerowsecurity)
         union all
         select 'the policy tenant_wall is missing or lets more through'
         where not exists (
           select from pg_policy p
           where p.polrelid = t.oid and p.polname = 'tenant_wall' and p.polcmd = '*'
             and p.polroles = array[$2::text::regrole::oid]
             and regexp_replace(pg_get_expr(p.polqual, p.polrelid), '\\s+', ' ', 'g') =
               format('(%s = ( SELECT (NULLIF(current_setting(''app.tenant''::text, true), ''''::text))::uuid AS "nullif"))',
                 case t.name when 'tenants' then 'id' else 'tenant_id' end)
             and (p.polwithcheck is null or pg_get_expr(p.polwithcheck, p.polrelid) = pg_get_expr(p.polqual, p.polrelid)))
         union all
         select format('the policy %s opens it to the application', p.polname)
         from pg_policy p
         where p.polrelid = t.oid and p.polname <> 'tenant_wall' and p.polpermissive
           and (p.polroles @> array[0::oid] or p.polroles @> array[$2::text::regrole::oid])
       ) problems
     where not (t.name = any ($1) and t.name <> 'tenants')
       and not (t.relispartition and not has_any_column_privilege($2::text::name, t.oid, 'select, insert, update')
         and not has_table_privilege($2::text::name, t.oid, 'delete'))
     order by 1`,
    [Object.keys(ofTheInstallation), app_role],
  )

export const everyTableIsTenantLed: Rule = (db) =>
  sentences(
    db,
    `select format('%s: %s.', t.name, problem) as sentence
     from (${tables}) t
     join pg_attribute a on a.attrelid = t.oid and a.attname = 'tenant_id',
       lateral (
         select 'no index is led by tenant_id' as problem
         where not exists (select from pg_index i where i.indrelid = t.oid and i.indkey[0] = a.attnum and i.indpred is null)
         union all
         select 'the primary key does not contain tenant_id'
         where not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary and a.attnum = any (i.indkey))
         union all
         select format('the unique key (%s) spans tenants', k.columns)
         from pg_index i,
           lateral (
             select string_agg(c.attname, ', ' order by k.place) as columns
             from unnest(i.indkey::int[]) with ordinality as k(attnum, place)
             join pg_attribute c on c.attrelid = t.oid and c.attnum = k.attnum
           ) k
         where i.indrelid = t.oid and i.indisunique and not i.indisprimary and not a.attnum = any (i.indkey)
           and not format('%s.%s', t.name, k.columns) = any ($1)
       ) problems
     order by 1`,
    [Object.keys(uniqueAcrossTenants)],
  )

/** Foreign keys are checked without row-level security: without the tenant in them they reach into another's rows. */
export const everyForeignKeyCarriesTenant: Rule = (db) =>
  sentences(
    db,
    `select format('%s: the foreign key %s does not carry tenant_id.', t.name, c.conname) as sentence
     from pg_constraint c
     join (${tables}) t on t.oid = c.conrelid
     where c.contype = 'f'
       and not exists (
         select
         from unnest(c.conkey, c.confkey) as k(own, other)
         join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.own
         join pg_attribute b on b.attrelid = c.confrelid and b.attnum = k.other
         where a.attname = 'tenant_id'
           and b.attname = case c.confrelid when 'tenants'::regclass then 'id' else 'tenant_id' end)
     order by 1`,
  )

/**
 * What is referred to once a statement (`refer`) instead of by a foreign key: the check is on, an update of the column is checked too,
 * and the other end can neither go nor change its key; where the partner comes along, it follows.
 */
export const everyReferenceHolds: Rule = (db) =>
  sentences(
    db,
    `with reference as (
       select g.tgrelid as child, g.tgname as name, g.tgenabled, args[1] as column_name, to_regclass(args[2]) as parent, args[3] = 'partner_id' as with_partner
       from pg_trigger g, string_to_array(encode(g.tgargs, 'escape'), '\\000') as args
       where g.tgname like '%\\_refers' and not g.tgisinternal
     )
     select format('%s.%s: %s.', r.child::regclass, r.column_name, problem) as sentence
     from reference r,
       lateral (
         select 'the check of what it refers to is switched off' as problem where r.tgenabled not in ('O', 'A')
         union all
         select format('the trigger %s is missing or switched off', wanted.name)
         from (values (r.child, r.name || '_still'), (r.parent, 'kept'), (r.parent, 'kept_whole'), (r.parent, 'kept_key'),
           (case when r.with_partner then r.parent end, regexp_replace(r.name, '_refers$', '_follows'))) as wanted(relation, name)
         where wanted.relation is not null
           and not exists (
             select from pg_trigger w
             where w.tgrelid = wanted.relation and w.tgname = wanted.name and w.tgenabled in ('O', 'A'))
         union all
         select 'nothing is there to refer to' where r.parent is null
       ) problems
     order by 1`,
  )

export const applicationOwnsNothing: Rule = (db, app_role) =>
  sentences(
    db,
    `select sentence from (
       select format('%s may bypass row-level security or make roles and databases.', rolname) as sentence
       from pg_roles
       where rolname = $1::text and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
       union all
       select format('%s belongs to %s.', $1::text, r.rolname)
       from pg_auth_members m join pg_roles r on r.oid = m.roleid
       where m.member = $1::text::regrole
       union all
       select format('%s owns %s.', $1::text, pg_describe_object(d.classid, d.objid, d.objsubid))
       from pg_shdepend d
       where d.refobjid = $1::text::regrole and d.deptype = 'o'
         and d.dbid in (0, (select oid from pg_database where datname = current_database()))
       union all
       select format('%s may create in schema %s.', $1::text, nspname) from pg_namespace
       where nspname !~ '^pg_' and has_schema_privilege($1::text::name, oid, 'create')
       union all
       select format('%s may create schemas.', $1::text) where has_database_privilege($1::text::name, current_database(), 'create')
       union all
       -- These three do not ask the policies.
       select format('%s holds truncate, references or trigger on %s.', $1::text, t.name)
       from (${tables}) t
       where has_table_privilege($1::text::name, t.oid, 'truncate, references, trigger')
     ) found
     order by 1`,
    [app_role],
  )

/** A view reads as its owner unless told otherwise, and a materialized one always did. */
export const viewsAskAsTheReader: Rule = (db, app_role) =>
  sentences(
    db,
    `select format('The view %s is not security_invoker.', c.relname) as sentence
     from pg_class c
     where c.relnamespace in ('public'::regnamespace, 'dyn'::regnamespace)
       and (c.relkind = 'v' and not coalesce(c.reloptions && array['security_invoker=true', 'security_invoker=on'], false)
         or c.relkind = 'm' and has_table_privilege($1::text::name, c.oid, 'select'))
       and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
     order by 1`,
    [app_role],
  )

export const definersPinTheirPath: Rule = (db) =>
  sentences(
    db,
    `select format('The security definer function %s does not pin its search_path.', p.oid::regprocedure) as sentence
     from pg_proc p
     where p.pronamespace in ('public'::regnamespace, 'dyn'::regnamespace) and p.prosecdef
       and not exists (select from unnest(p.proconfig) as c(setting) where c.setting ~ '^search_path=.*pg_temp"?$')
       and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
     order by 1`,
  )

type Column = {
  name: string
  type: string
  required: boolean
  leakproof: boolean
  sorted: boolean
  checked: boolean
}

/** The columns of a table as a declaration has to match them. */
async function columnsOf(
  db: pg.Client,
  table: string,
): Promise<{ view: boolean; columns: Map<string, Column> }> {
  const { rows } = await db.query<Column & { view: boolean }>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required, c.relkind = 'v' as view,
       coalesce((
         select bool_and(p.proleakproof) and count(distinct o.oprname) = 2
         from pg_operator o
         join pg_proc p on p.oid = o.oprcode
         where o.oprname in ('=', '<') and o.oprleft = o.oprright
           and o.oprleft = case a.atttypid when 'cidr'::regtype then 'inet'::regtype when 'varchar'::regtype then 'text'::regtype else a.atttypid end
       ), false) as leakproof,
       exists (
         select from pg_index i
         join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id'
         where i.indrelid = c.oid and i.indkey[0] = t.attnum and i.indkey[1] = a.attnum and i.indpred is null and i.indisvalid
       ) as sorted,
       exists (select from pg_constraint f where f.conrelid = c.oid and f.contype = 'f' and a.attnum = any (f.conkey))
         or exists (
           select from pg_trigger g, string_to_array(encode(g.tgargs, 'escape'), '\\000') as args
           where g.tgrelid = c.oid and g.tgname like '%\\_refers' and a.attname in (args[1], args[3])) as checked
     from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.oid = to_regclass($1)`,
    [table],
  )
  return { view: rows[0]?.view ?? false, columns: new Map(rows.map((row) => [row.name, row])) }
}

/** The declaration of a noun and its table say the same: types, what may be empty, what can be filtered, sorted, scoped. */
export async function nounMatchesTable(db: pg.Client, noun: Resource): Promise<string[]> {
  const { view, columns } = await columnsOf(db, noun.table)
  const apart = noun.apart ? (await columnsOf(db, noun.apart.table)).columns : undefined
  if (columns.size === 0) return [`${noun.name}: there is no table ${noun.table}.`]
  const found = Object.entries(allFields(noun)).flatMap(([name, field]) => {
    const column = columns.get(columnOf(noun, name))
    const says = (sentence: string) => `${noun.name}.${name}: ${sentence}.`
    if (!column) return [says('there is no such column')]
    const wanted = kinds[field.kind].column
    const problems: string[] = []
    if (!stores(column.type, wanted)) problems.push(says(`the column is ${column.type}, the kind ${wanted}`))
    // Whoever leaves partner_id out gets the customer's, or the actor's own.
    if (!view && column.required && field.nullable && name !== 'partner_id')
      problems.push(says('may be null in the declaration, not in the table'))
    if (!view && !column.required && !field.nullable)
      problems.push(says('may be null in the table, not in the declaration'))
    if ((field.filter || field.sort) && !column.leakproof)
      problems.push(says(`comparing ${column.type} is not leakproof, so no index would serve it`))
    // Newest first is by the primary key, whose UUIDs are in order of creation.
    const indexed = noun.apart?.fields.includes(name) ? apart?.get(name) : column
    if (field.sort && name !== 'created_at' && !view && !indexed?.sorted)
      problems.push(says('can be sorted, but no index starts (tenant_id, column)'))
    if (indexed?.type !== column.type || indexed.required !== column.required)
      problems.push(says(`${noun.apart?.table} does not have it as ${noun.table} has`))
    if (
      !view &&
      field.kind === 'reference' &&
      field.to &&
      !column.checked &&
      !unchecked[`${noun.name}.${name}`]
    )
      problems.push(says('nothing checks that what it refers to is there'))
    return problems
  })
  if (noun.scope === 'partner' && !columns.has(columnOf(noun, 'partner_id')))
    found.push(`${noun.name}: is seen by partners, but has no partner_id.`)
  if (noun.custom && columns.get('custom')?.type !== 'jsonb')
    found.push(`${noun.name}: has no column custom jsonb.`)
  return found
}

function stores(type: string, wanted: string): boolean {
  const printed = wanted.replace('timestamptz(3)', 'timestamp(3) with time zone')
  // A smallint is read and compared as an integer is.
  return type === printed || (type === 'smallint' && wanted === 'integer')
}

export const rules: Record<string, Rule> = {
  everyTableHasTenant,
  everyTableIsWalled,
  everyTableIsTenantLed,
  everyForeignKeyCarriesTenant,
  everyReferenceHolds,
  applicationOwnsNothing,
  viewsAskAsTheReader,
  definersPinTheirPath,
}
