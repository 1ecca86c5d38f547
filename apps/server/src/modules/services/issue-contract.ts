import { command } from '#kernel/commands.ts'
import { today } from '#kernel/ctx.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { asResource, insert } from '#kernel/store.ts'
import { sql } from '#kernel/sql.ts'
import { contractDocument } from './contract-document.ts'
import { contracts } from './issued-contracts.ts'
import { services } from './services.ts'

/** Keeps a service's contract as it stands, to be handed over and signed. */
export const issueContract = command(
  services,
  'issue_contract',
  {
    label: 'Issue contract',
    answers: asResource(contracts),
    help: 'The contract as it stands now is kept and prints the same from then on.',
    unless: (service) => (service.status === 'terminated' ? 'This service has ended.' : null),
  },
  async (ctx, service) => {
    const printed = await contractDocument(ctx, service)
    const { issued } = await ctx.db.one(sql<{ issued: number }>`
      select count(*)::integer as issued
      from contracts
      where customer_id = ${service.customer_id} and (number = ${printed.number} or starts_with(number, ${`${printed.number}/`}))`)
    const number = issued === 0 ? printed.number : `${printed.number}/${issued + 1}`
    const document = await contractDocument(ctx, service, number)
    return insert(
      ctx,
      contracts,
      {
        number,
        customer_id: service.customer_id,
        partner_id: service.partner_id,
        service_id: service.id,
        date: today(ctx).toString(),
        document: new JsonValue({ printed: document }),
      },
      { action: 'issued', data: { service_id: service.id, customer_id: service.customer_id } },
    )
  },
)
