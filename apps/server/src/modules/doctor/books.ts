import { currencyDigits, formatDecimal } from '#kernel/money.ts'
import { sql } from '#kernel/sql.ts'
import { count, fine, problem, type TenantCheck } from './finding.ts'

const advice = 'This is a defect or a change by hand. Keep a backup as it is now and report it.'

export const bookChecks: readonly TenantCheck[] = [
  {
    name: 'ledger',
    async look(ctx) {
      const { by_account, by_documents, by_customer, entries } = await ctx.db.one(sql<{
        by_account: bigint
        by_documents: bigint
        by_customer: bigint
        entries: bigint
      }>`
        with receivables as (select id from accounts where code = '1100'),
        posted as (
          select
            coalesce(sum(case when debit_account_id = r.id then amount when credit_account_id = r.id then - amount else 0 end), 0)::bigint as owed,
            count(*) as entries
          from journal_entries, receivables r
        ),
        by_customer as (
          select e.customer_id, sum(case when debit_account_id = r.id then - amount when credit_account_id = r.id then amount else 0 end)::bigint as balance
          from journal_entries e, receivables r
          where e.customer_id is not null
          group by e.customer_id
        )
        select
          posted.entries,
          (posted.owed + (select coalesce(sum(balance), 0) from customers))::bigint as by_account,
          (posted.owed - (select coalesce(sum(due_total), 0) from invoices)
            + (select coalesce(sum(unallocated), 0) from payments) + (select coalesce(sum(unallocated), 0) from credit_notes))::bigint as by_documents,
          (select count(*) from customers c left join by_customer b on b.customer_id = c.id where c.balance <> coalesce(b.balance, 0)) as by_customer
        from posted`)
      const money = (amount: bigint) =>
        `${formatDecimal(amount, currencyDigits(ctx.tenant.currency))} ${ctx.tenant.currency}`
      if (by_account !== 0n)
        return problem(
          `The receivables account and the customers’ balances differ by ${money(by_account)}.`,
          advice,
        )
      if (by_documents !== 0n)
        return problem(
          `The receivables account and what is open on documents differ by ${money(by_documents)}.`,
          advice,
        )
      if (by_customer !== 0n)
        return problem(
          `The balance of ${count(by_customer, 'customer')} is not what the ledger says.`,
          advice,
        )
      return fine(`The books balance over ${count(entries, 'entry', 'entries')}.`)
    },
  },
  {
    name: 'invoice_numbers',
    async look(ctx) {
      const gaps = await ctx.db.all(sql<{ kind: string; example: string; missing: bigint }>`
        with numbers as (
          select 'invoice' as kind, number from invoices where status <> 'draft'
          union all
          select 'credit note', number from credit_notes
        ),
        parts as (
          select kind, substring(number from '^(.*?)\\d+$') as beginning, substring(number from '(\\d{1,18})$')::bigint as n, number
          from numbers
          where number ~ '\\d$'
        )
        select kind, min(number) as example, (max(n) - min(n) + 1 - count(distinct n))::bigint as missing
        from parts
        group by kind, beginning
        having max(n) - min(n) + 1 <> count(distinct n)`)
      if (gaps.length > 0)
        return gaps.map(({ kind, example, missing }) =>
          problem(
            `${count(missing, `${kind} number`)} ${missing === 1n ? 'is' : 'are'} missing in the series of ${example}.`,
            advice,
          ),
        )
      return fine('Invoices and credit notes are numbered without gaps.')
    },
  },
  {
    name: 'charges',
    async look(ctx) {
      const { n } = await ctx.db.one(sql<{ n: bigint }>`
        select count(*) as n
        from (
          select lower(during) < max(upper(during)) over (
            partition by service_id order by lower(during), upper(during) rows between unbounded preceding and 1 preceding) as twice
          from charges
        ) c
        where twice`)
      if (n > 0n) return problem(`${count(n, 'charge')} bill a day that another bills already.`, advice)
      return fine('No day of a service is charged twice.')
    },
  },
  {
    name: 'secrets',
    async look(ctx) {
      const secret = await ctx.db.maybe(sql<{ table: string; column: string; id: string; sealed: Buffer }>`
        (select 'routers' as table, 'radius_secret' as column, id, radius_secret as sealed from routers limit 1)
        union all
        (select 'services', 'password', id, password from services where password is not null limit 1)
        limit 1`)
      if (!secret) return fine('There are no secrets yet.')
      try {
        await ctx.app.secrets.open(
          ctx.tenant.id,
          { table: secret.table, column: secret.column, row_id: secret.id },
          secret.sealed,
        )
      } catch {
        return problem(
          'Passwords and RADIUS secrets cannot be read with the key of this installation.',
          'Put the secret.json (or SECRET_KEY) back that belongs to this database.',
        )
      }
      return fine('Secrets can be read.')
    },
  },
]
