import { expect, test } from 'vitest'
import { date, money, readable } from './format.ts'

test('a sentence bears dates and amounts as the screen writes them, and numbers of documents as they are', () => {
  expect(readable('Invoice 2026-002775 over 21.41 EUR is unpaid since 2026-11-15.')).toBe(
    `Invoice 2026-002775 over ${money('21.41', 'EUR')} is unpaid since ${date('2026-11-15')}.`,
  )
  expect(readable('10.0.0.7 is assigned since 2026-11-15T08:00:00Z.')).toBe(
    '10.0.0.7 is assigned since 2026-11-15T08:00:00Z.',
  )
})
