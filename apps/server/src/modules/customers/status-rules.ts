import type { Customer } from './customers.ts'

export type Status = Customer['status']
export type StatusVerb = 'activate' | 'block' | 'unblock' | 'disable'
export const statusVerbs = [
  'activate',
  'block',
  'unblock',
  'disable',
] as const satisfies readonly StatusVerb[]

/** Where each verb leads. */
export const leadsTo: Record<StatusVerb, Status> = {
  activate: 'active',
  block: 'blocked',
  unblock: 'active',
  disable: 'disabled',
}

/** Said of the shell that is left of a customer. */
export const merged = 'This customer was merged into another, which has all of it now. Undo the merge first.'

/** Why a verb makes no sense on a customer of this status; null when it does. */
export function whyNot(verb: StatusVerb, status: Status): string | null {
  switch (verb) {
    case 'activate':
      if (status === 'active') return 'This customer is active already.'
      return status === 'blocked' ? 'This customer is blocked; unblock instead.' : null
    case 'block':
      return status === 'active' ? null : `Only an active customer can be blocked; this one is ${status}.`
    case 'unblock':
      return status === 'blocked' ? null : `This customer is not blocked but ${status}.`
    case 'disable':
      return status === 'disabled' ? 'This customer is disabled already.' : null
  }
}

/** Erasing ends the records of a person, so nothing may still be running for it. */
export const whyNotErased = ({ status }: Pick<Customer, 'status'>): string | null =>
  status === 'disabled' ? null : `Only a disabled customer can be erased; this one is ${status}.`
