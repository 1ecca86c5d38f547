import { expect, test } from 'vitest'
import type { Row } from './app.ts'
import { stumblingBlocks } from './chromium.ts'
import { app, page, visit } from './visit.ts'

/** What is kept about a customer, on its page: people, places, consents, tags, the next invoice, and two customers made one. */
let jane: Row
let twin: Row

visit(async () => {
  const tariff = await app.api('POST', '/tariffs', {
    title: 'Fibre 300',
    service_type: 'internet',
    price: '30.00',
    speed_download_kbps: 300_000,
    speed_upload_kbps: 150_000,
  })
  jane = await app.api('POST', '/customers', { name: 'Jane Doe', email: 'jane@example.org', city: 'Łódź' })
  twin = await app.api('POST', '/customers', { name: 'Jane M. Doe', phone: '+48 600 100 200' })
  for (const [customer, login] of [
    [jane, 'jane'],
    [twin, 'twin'],
  ] as const) {
    const service = await app.api('POST', '/services', {
      customer_id: customer.id,
      tariff_id: tariff.id,
      login,
    })
    await app.api('POST', `/services/${service.id}/activate`, {})
  }
  await app.api('POST', '/contacts', {
    customer_id: jane.id,
    name: 'Anna Nowak',
    email: 'anna@example.org',
    roles: ['billing', 'portal'],
  })
  await app.api('POST', '/addresses', {
    customer_id: jane.id,
    street: 'Mill lane 4',
    city: 'Pabianice',
    latitude: '51.66',
    longitude: '19.35',
  })
})

const openTab = async (tab: string) => {
  await page.goto(`/customers/${jane.id}?tab=${tab}`)
  await page.getByRole('heading', { level: 1, name: 'Jane Doe' }).waitFor()
}
test('what is seldom asked for is one menu away, and stands among the tabs while it is open', async () => {
  await openTab('invoices')
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Details' }).click()
  await page.getByRole('tab', { name: 'Details', selected: true }).waitFor()
  await page.waitForURL(/tab=details$/)
})

const nothingToStumbleOver = async () => expect(await stumblingBlocks(page)).toEqual([])

test('a consent is recorded with how it was obtained, and withdrawn; both stay known', async () => {
  await openTab('consents')
  await page.getByText('Nothing was agreed to yet').waitFor()
  await page.getByRole('button', { name: 'Record consent' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('Who').selectOption({ label: 'Anna Nowak' })
  await form.getByLabel('Purpose').selectOption('marketing')
  await form.getByLabel('How obtained').selectOption('paper')
  await nothingToStumbleOver()
  await form.getByRole('button', { name: 'Record consent' }).click()
  const row = page
    .getByRole('region', { name: 'What was agreed to' })
    .getByRole('row', { name: /Anna Nowak/ })
  await row.getByText('Given').waitFor()
  await row.getByRole('button', { name: 'Withdraw Marketing' }).click()
  await page.getByRole('dialog').getByLabel('How we were told').selectOption('phone')
  await nothingToStumbleOver()
  await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click()
  await row.getByText('Withdrawn').waitFor()
  expect((await app.api('GET', `/consents?customer_id=${jane.id}`)).data).toHaveLength(2)
})

test('who wants to hear of what, and by which channel, is ticked beside the person', async () => {
  await openTab('contacts')
  const offers = page.getByRole('checkbox', { name: 'Offers by Email to Anna Nowak' })
  await offers.click()
  await expect
    .poll(async () => (await app.api('GET', `/contacts?customer_id=${jane.id}`)).data[0].preferences)
    .toEqual({ marketing: ['email'] })
  expect(await page.getByRole('checkbox', { name: 'Offers by SMS to Anna Nowak' }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'as by role' }).click()
  await expect
    .poll(async () => (await app.api('GET', `/contacts?customer_id=${jane.id}`)).data[0].preferences)
    .toEqual({})
  await nothingToStumbleOver()
})

test('an address is made the one at which the customer is served; its position stands beside it', async () => {
  await openTab('addresses')
  await page.getByText('51.66, 19.35').waitFor()
  await page.getByRole('button', { name: /Use as: Mill lane 4/ }).click()
  await page.getByRole('menuitem', { name: 'Make it the service address' }).waitFor()
  await nothingToStumbleOver()
  await page.getByRole('menuitem', { name: 'Make it the service address' }).click()
  await page.getByRole('listitem').filter({ hasText: 'Mill lane 4' }).getByText('Service address').waitFor()
})

test('a control tag says what it does before it is set, and shows beside the status', async () => {
  await openTab('standing')
  await page.getByRole('switch', { name: 'Never block' }).click({ force: true })
  const form = page.getByRole('dialog')
  await form.getByText(/Nobody and nothing blocks/).waitFor()
  await nothingToStumbleOver()
  await form.getByRole('button', { name: 'Set the tag' }).click()
  await expect.poll(async () => (await app.api('GET', `/customers/${jane.id}`)).never_block).toBe(true)
  await page.getByText('Never block').first().waitFor()
})

test('the next invoice is read to its last line before it is drawn up', async () => {
  await openTab('next_invoice')
  const preview = page.getByRole('table', { name: 'Next invoice' })
  await preview
    .getByText(/Fibre 300/)
    .first()
    .waitFor()
  await nothingToStumbleOver()
})

test('two customers are seen side by side, merged, and taken apart again', async () => {
  await page.goto(`/customers/${jane.id}`)
  await page.getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('menuitem', { name: 'Merge another customer into this' }).waitFor()
  await nothingToStumbleOver()
  await page.getByRole('menuitem', { name: 'Merge another customer into this' }).click()
  await page.getByRole('heading', { name: 'Merge into Jane Doe' }).waitFor()
  await page.getByLabel('The other customer').fill('Jane M')
  await page.getByRole('option', { name: /Jane M. Doe/ }).click()
  await page.getByRole('cell', { name: '+48 600 100 200' }).waitFor()
  const moves = page.getByRole('region', { name: 'What comes over' })
  await moves.getByText('Services', { exact: true }).waitFor()
  await nothingToStumbleOver()
  await page.getByRole('button', { name: 'Merge customers' }).click()
  await page.waitForURL(/\/customers\/[^/]+$/)
  await expect.poll(async () => (await app.api('GET', `/customers/${twin.id}`)).merged_into_id).toBe(jane.id)
  await page.getByRole('button', { name: /^Undo until/ }).click()
  await expect.poll(async () => (await app.api('GET', `/customers/${twin.id}`)).merged_into_id).toBeNull()
})

test('churn is told by period, partner and reason', async () => {
  await app.api('POST', `/customers/${twin.id}/disable`, { reason: 'moved away' })
  await page.goto('/reports/churn')
  await page.getByText(/came, \d+ left; 1 are served at the end/).waitFor()
  await page.getByRole('button', { name: /numbers/i }).click()
  await nothingToStumbleOver()
  await page.getByText('By reason').click()
  await page.getByRole('row', { name: /moved away/ }).waitFor()
  await page.getByText('By partner').click()
  await page.getByRole('table', { name: 'By partner' }).getByRole('link').first().waitFor()
  await nothingToStumbleOver()
})

test('a change of more customers than a preview looks at is previewed on the first of them, and runs as a job', async () => {
  for (const part of ['a', 'b'])
    await app.api('POST', '/customers/bulk', {
      operation: 'create',
      rows: Array.from({ length: 280 }, (_, n) => ({ name: `Crowd ${part}${n}`, city: 'Gdynia' })),
    })
  await page.goto('/customers?city=Gdynia')
  await page.getByRole('row', { name: /Crowd/ }).first().waitFor()
  await page.getByLabel('Select all loaded rows').check()
  await page.getByRole('button', { name: 'Select all 560 that match' }).click()
  await page.getByRole('button', { name: 'Do something with them' }).click()
  await page.getByRole('menuitem', { name: 'Change a field' }).click()
  const form = page.getByRole('dialog')
  await form.getByRole('combobox', { name: 'Field' }).selectOption({ label: 'City' })
  await form.getByLabel('City', { exact: true }).fill('Sopot')
  await form.getByText(/Of the first 500 it would work for 500/).waitFor({ timeout: 90_000 })
  await nothingToStumbleOver()
  await form.getByLabel(/^Type 560/).fill('560')
  await form.getByRole('button', { name: /^Change a field \(560/ }).click()
  const outcome = form.getByText(/Done for 560, refused for 0/)
  await outcome.waitFor({ timeout: 90_000 })
  // They have left the list by now, which is no reason to take the outcome away.
  await page.getByText(/Without “City is Gdynia”/).waitFor({ state: 'attached' })
  expect(await outcome.isVisible()).toBe(true)
}, 240_000)
