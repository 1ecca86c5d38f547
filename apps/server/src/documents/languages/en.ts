import { english_contract_labels } from '../contract.ts'
import { english_invoice_labels } from '../invoice.ts'

/** The words of documents that are not their data. `{…}` is replaced. */
export const english = {
  invoice: english_invoice_labels,
  credit_note: 'Credit note',
  contract: english_contract_labels,
  tax: 'Tax {rate} on {amount}',
  no_tax: 'No tax is charged: {reason}',
  reference: 'Reference',
  corrects: 'Corrects invoice',
  minimum_term: 'Minimum term',
  none: 'none',
  until: 'Until',
  notice: 'Notice',
  a_month: 'a month',
  every: 'every {term}',
  once: 'once',
  set_up: 'Set-up',
  instead: '{from} to {until}, instead',
  prices_without_tax: 'Prices are without tax.',
  open_ended: 'It may be ended any day, with the notice given above.',
  at_least: 'It is agreed for at least {term}.',
  then_open: 'After that it goes on and may be ended any day, with the notice given above.',
  then_monthly: 'Without notice in time it goes on month by month.',
  then_again: 'Without notice in time it goes on for another {term}, each time.',
  early: 'Ending it earlier costs {fee}.',
  early_share: '{percent} % of what the remaining months cost',
  early_formula: 'as much as {formula}',
  end_fee: 'Whenever it ends, a fee of {amount} is due.',
}
export type Words = typeof english
