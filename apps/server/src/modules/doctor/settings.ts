import { sql } from '#kernel/sql.ts'
import { count, fine, warning, type TenantCheck, type Verdict } from './finding.ts'

/** Settings that are allowed each by itself, and together do not what whoever made them expects. */
export const settingChecks: readonly TenantCheck[] = [
  {
    name: 'settings',
    async look(ctx) {
      const found = await ctx.db.one(sql<Record<Impossible, number>>`
        with terms as (
          select
            (terms ->> 'auto_block')::boolean as auto_block, (terms ->> 'billing_day')::integer as billing_day,
            (terms ->> 'due_days')::integer as due_days, (terms ->> 'blocking_days')::integer as blocking_days,
            (terms ->> 'grace_days')::integer as grace_days, terms ->> 'billing_type' as billing_type
          from partner_billing_terms
          where partner_id in (select partner_id from billing_defaults)
        )
        select
          (select count(*)::integer from terms where not auto_block and coalesce(grace_days, 0) > 0) as disabled_unblocked,
          (select count(*)::integer from customers where never_block and coalesce(grace_days, 0) > 0 and status <> 'disabled') as never_disabled,
          (select count(*)::integer from terms where auto_block and billing_type = 'recurring' and due_days + blocking_days > 31) as blocked_late,
          (select count(*)::integer from number_series where pattern !~ '\\{next(\\|\\d{1,2})?\\}') as without_number,
          (select count(*)::integer from number_series where name in ('invoice', 'credit_note') and pattern !~ '\\{next(\\|\\d{1,2})?\\}$') as number_inside,
          (select count(*)::integer from tariffs where data_allowance_bytes is not null and fup_policy is null and status = 'active') as no_action,
          (select count(*)::integer from routers where block_mode = 'walled' and coalesce(walled_list, '') = '') as no_walls,
          (select count(*)::integer from tenants t where coalesce(t.street, t.tax_id, '') = '' and exists (select from invoices)) as no_supplier`)
      const wrong = (Object.keys(sentences) as Impossible[]).filter((name) => found[name] > 0)
      if (wrong.length === 0) return fine('No two settings contradict each other.')
      return wrong.map((name) => sentences[name](found[name]))
    },
  },
]

const sentences = {
  disabled_unblocked: (n: number) =>
    warning(
      `${count(n, 'partner')} never block${n === 1 ? 's' : ''}, but would disable after so many days blocked.`,
      'Set automatic blocking on, or the grace period to empty, under billing defaults.',
    ),
  never_disabled: (n: number) =>
    warning(
      `${count(n, 'customer')} bear${n === 1 ? 's' : ''} the tag never_block and a grace period until disabled, which then never begins.`,
      'Take the grace period or the tag away.',
    ),
  blocked_late: (n: number) =>
    warning(
      `With ${count(n, 'partner')} an unpaid invoice blocks only after the next one is due.`,
      'Due days and blocking days together should stay below a month.',
    ),
  without_number: (n: number) =>
    warning(
      `${count(n, 'number series', 'number series')} without a {next}: every number would be the same.`,
      'Put {next|6} into the pattern.',
    ),
  number_inside: (n: number) =>
    warning(
      `${count(n, 'number series', 'number series')} of documents do not end with the running number, so that gaps cannot be seen.`,
      'End the pattern with {next|6}.',
    ),
  no_action: (n: number) =>
    warning(
      `${count(n, 'tariff')} with a data allowance ${n === 1 ? 'says' : 'say'} nothing of what happens when it is used up.`,
      'Name a fair use policy, or take the allowance away.',
    ),
  no_walls: (n: number) =>
    warning(
      `${count(n, 'router')} should send blocked customers to a walled garden, but no address list is named.`,
      'Name the list on the router, or let it reject.',
    ),
  no_supplier: () =>
    warning(
      'Documents bear only the name of the ISP, no address or tax number.',
      'Fill them in under Settings → ISP.',
    ),
} satisfies Record<string, (n: number) => Verdict>
type Impossible = keyof typeof sentences
