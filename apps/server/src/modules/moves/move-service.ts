import { command } from '#kernel/commands.ts'
import { asSystem } from '#kernel/insiders.ts'
import { newId } from '#kernel/ids.ts'
import { JsonValue } from '#kernel/kinds.ts'
import { invalidField, Refused } from '#kernel/refused.ts'
import { sql } from '#kernel/sql.ts'
import { asResource, change, insert, lock } from '#kernel/store.ts'
import { activateCustomer, called, customers } from '#modules/customers/index.ts'
import { addressGoesAlong } from './service-address.ts'
import { services } from '#modules/services/index.ts'
import { customerMoves, hoursToUndo } from './customer-moves.ts'
import { moveAddress, moveService as moveRowsOf, noteMoved, type Moved } from './move-rows.ts'

export type MovedService = {
  service_id: string
  customer_id: string
  from_customer_id: string
  customer_move_id: string
  undo_until: string
  /** What went with it, by noun. */
  moved: Moved[]
  /** Whether it lost its own address, at which the customer it comes from has more. */
  address_left_behind: boolean
}

/**
 * Gives a service, with its sessions and usage, to another customer. Documents stay with who was billed: days charged before stay
 * charged there, the new customer is billed from the first day that was not. Records `service.moved`.
 */
export const moveService = command(
  services,
  'move',
  {
    label: 'Move service to another customer',
    danger: true,
    answers: 'json',
    input: {
      customer_id: { kind: 'reference', to: 'customer', label: 'To customer' },
      reason: { kind: 'text', max: 500, nullable: true },
    },
    help: 'Its sessions, usage and address go with it; invoices stay. Can be undone within a day.',
  },
  async (ctx, service, { customer_id, reason = null }): Promise<MovedService> => {
    if (customer_id === service.customer_id)
      throw invalidField('customer_id', 'there_already', 'The service is this customer’s already.')
    const from = await lock(asSystem(ctx), customers, service.customer_id)
    const to = await lock(ctx, customers, customer_id)
    if (to.merged_into_id)
      throw new Refused(409, 'merged', `${called(to)} was merged into another customer. Move it to that one.`)
    if (to.partner_id !== from.partner_id)
      throw new Refused(
        409,
        'other_partner',
        `${called(to)} belongs to another partner. A service moves between customers of one partner.`,
      )
    if (to.status === 'disabled' && service.status !== 'terminated')
      throw new Refused(409, 'customer_disabled', `${called(to)} is disabled. Activate the customer first.`)
    const move_id = newId()
    const undo_until = ctx.now.add({ hours: hoursToUndo }).toString()
    await insert(
      ctx,
      customerMoves,
      {
        kind: 'service',
        from_customer_id: from.id,
        to_customer_id: to.id,
        partner_id: to.partner_id,
        service_id: service.id,
        reason,
        actor: new JsonValue(ctx.actor),
        undo_until,
      },
      {
        action: 'moved',
        reason,
        columns: { id: move_id, was: new JsonValue({ service_address_id: service.service_address_id }) },
      },
    )
    const between = { id: move_id, from: from.id, to: to.id }
    await noteMoved(
      ctx,
      between,
      asResource(services),
      'customer_id',
      sql`select id from services where id = ${service.id}`,
    )
    const along = await addressGoesAlong(ctx, service)
    const moved = [
      ...(await moveRowsOf(ctx, { ...between, service_id: service.id })),
      ...(along ? await moveAddress(ctx, between, along) : []),
    ]
    await ctx.db.run(
      sql`update customer_moves set moved = ${JSON.stringify(moved)}::jsonb where id = ${move_id}`,
    )
    await change(
      ctx,
      services,
      service,
      { customer_id: to.id, service_address_id: along },
      {
        action: 'moved',
        reason,
        data: { customer_id: to.id, from_customer_id: from.id, customer_move_id: move_id },
      },
    )
    if (to.status === 'new' && service.status === 'active')
      await activateCustomer(asSystem(ctx), to, { reason: 'an active service came over' })
    return {
      service_id: service.id,
      customer_id: to.id,
      from_customer_id: from.id,
      customer_move_id: move_id,
      undo_until,
      moved,
      address_left_behind: along !== service.service_address_id,
    }
  },
)
