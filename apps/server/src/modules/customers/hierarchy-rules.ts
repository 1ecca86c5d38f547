import { printMoney } from '#kernel/money.ts'
import { Refused } from '#kernel/refused.ts'
import type { Customer } from './customers.ts'

export const called = ({ name, number }: Pick<Customer, 'name' | 'number'>): string => `${name} (${number})`

/** An aggregated sub-account keeps no books of its own from then on, so nothing may be open on them. */
export function mustBeReadyToAggregate(
  sub: Customer,
  account: Customer,
  { today, currency }: { today: string; currency: string },
): void {
  if (account.status === 'blocked' || account.status === 'disabled')
    throw new Refused(
      409,
      'account_not_active',
      `${called(account)}, on whose bill this account would come, is ${account.status}.`,
    )
  const prepaid = [sub, account].find((customer) => customer.billing_type !== 'recurring')
  if (prepaid)
    throw new Refused(
      409,
      'not_recurring',
      `${called(prepaid)} pays in advance (${prepaid.billing_type}); only accounts that are invoiced (recurring) come on one bill.`,
    )
  if (sub.balance !== 0n)
    throw new Refused(
      409,
      'balance_not_zero',
      `The balance of ${called(sub)} is ${printMoney(sub.balance, currency)}. Settle it first: the account will have no balance of its own.`,
    )
  if (isUnbilled(sub, today)) throw unbilled(sub)
  const held = [sub, account].find((customer) => customer.no_auto_billing)
  if (held)
    throw new Refused(
      409,
      'billing_held_back',
      `${called(held)} bears the tag no_auto_billing. Remove the tag first.`,
    )
}

/** What a site used until it leaves belongs on the bill of the account it leaves. */
export function mustBeReadyToLeave(account: Customer, { today }: { today: string }): void {
  if (isUnbilled(account, today)) throw unbilled(account)
}

const isUnbilled = ({ next_billing_on }: Customer, today: string): boolean =>
  next_billing_on !== null && next_billing_on < today

const unbilled = (customer: Customer): Refused =>
  new Refused(
    409,
    'unbilled',
    `${called(customer)} is due to be billed since ${customer.next_billing_on}. Run billing for it first.`,
  )
