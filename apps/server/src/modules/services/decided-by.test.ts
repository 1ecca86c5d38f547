import { expect, test } from 'vitest'
import { decidedBy } from './decided-by.ts'
import { completed, type Entry } from './history.ts'

const sold: Entry = {
  kind: 'create',
  date: '2027-01-01',
  tariff_id: 'a',
  price: 3000n,
  price_is_custom: false,
  quantity: 1,
  period_months: 1,
}
const entered = (...entries: Entry[]) => [sold, ...entries].map((entry, n) => completed(entry, n + 1))
const status = (changes: ReturnType<typeof entered>, date: string) =>
  decidedBy(changes, date, (standing) => standing.status).seq
const price = (changes: ReturnType<typeof entered>, date: string) =>
  decidedBy(changes, date, (standing) => String(standing.price)).seq

test('of a status: the last change that made it another, by its day and not by its entry', () => {
  const changes = entered(
    { kind: 'activate', date: '2027-01-10' },
    { kind: 'stop', date: '2027-03-01', group_id: 'g' },
    { kind: 'resume', date: '2027-03-11', group_id: 'g' },
    // Entered last, for an earlier day.
    { kind: 'stop', date: '2027-02-01', group_id: 'h' },
    { kind: 'resume', date: '2027-02-05', group_id: 'h' },
  )
  expect(
    ['2027-01-09', '2027-01-31', '2027-02-04', '2027-02-28', '2027-03-05', '2027-03-11'].map((date) =>
      status(changes, date),
    ),
  ).toEqual([1, 2, 5, 6, 3, 4])
})

test('what says again what is so already decides nothing', () => {
  const changes = entered(
    { kind: 'activate', date: '2027-01-01' },
    { kind: 'terms', date: '2027-02-01', price: 2500n, price_is_custom: true },
    { kind: 'terms', date: '2027-03-01', price: 2500n },
    { kind: 'terms', date: '2027-04-01', quantity: 2 },
    // Of a tariff it is not on.
    { kind: 'terms', date: '2027-05-01', price: 9900n, for_tariff_id: 'b' },
  )
  expect(price(changes, '2027-01-31')).toBe(1)
  expect(price(changes, '2027-06-01')).toBe(3)
})
