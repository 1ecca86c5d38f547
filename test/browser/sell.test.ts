import { expect, test } from 'vitest'
import { stumblingBlocks } from './chromium.ts'
import { app, page, visit } from './visit.ts'

visit(async () => {
  for (const [title, price, kbps] of [
    ['Fibre 300', '30.00', 300_000],
    ['Fibre 1000', '45.00', 1_000_000],
  ] as const)
    await app.api('POST', '/tariffs', {
      title,
      service_type: 'internet',
      price,
      speed_download_kbps: kbps,
      speed_upload_kbps: kbps / 2,
    })
  await app.api('POST', '/ip_networks', { title: 'Pool', network: '100.64.0.0/24' })
})

test('a name, a place and a tariff connect a customer; login, address and first invoice are there before', async () => {
  await page.goto('/customers')
  await page.getByRole('link', { name: 'New connection' }).first().click()
  await page.getByRole('heading', { name: 'New connection' }).waitFor()
  await page.getByRole('textbox', { name: 'Name' }).fill('Jane Doe')
  await page.getByRole('textbox', { name: 'City' }).fill('Łódź')
  await page.getByRole('radio', { name: /Fibre 300/ }).check()
  await page.getByText('jane.doe', { exact: true }).waitFor()
  await page.getByText('100.64.0.1', { exact: true }).waitFor()
  await page.getByText(/^First invoice/).waitFor()
  await page.getByRole('button', { name: 'Connect customer' }).click()
  await page.getByRole('heading', { name: 'Jane Doe is connected' }).waitFor()
  await page.getByRole('link', { name: 'Open customer' }).click()
  await page.getByRole('heading', { name: 'Jane Doe' }).waitFor()
  await page.getByText('1 active').waitFor()
})

test('a tariff is changed with both side by side, and stands among the changes', async () => {
  const [service] = (await app.api('GET', '/services')).data
  await page.goto(`/services/${service.id}`)
  await page.getByRole('button', { name: 'Change tariff' }).click()
  await page.getByRole('radio', { name: /Fibre 1000/ }).check()
  await page.getByRole('cell', { name: '1 Gbps' }).waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Change tariff' }).click()
  await page.getByText('The service goes to Fibre 1000.').waitFor()
  await page.getByRole('heading', { name: 'Fibre 1000' }).waitFor()
  await page.getByRole('region', { name: 'Changes, past and planned' }).getByText('Fibre 1000').waitFor()
})

test('“Why?” stands beside status, price and speed, answers for another day as well, and leads to what decided', async () => {
  const [customer] = (await app.api('GET', '/customers')).data
  const [service] = (await app.api('GET', '/services')).data
  await app.api('POST', '/discounts', {
    customer_id: customer.id,
    service_id: service.id,
    label: 'Welcome',
    kind: 'percent',
    percent: '10',
  })
  await page.goto(`/customers/${customer.id}`)
  for (const about of ['Status', 'Speed', 'Price']) {
    await page.getByRole('button', { name: `Why ${about} of Fibre 1000` }).click()
    const first = page.getByRole('dialog').getByRole('heading', { level: 3 }).first()
    await first.filter({ hasText: about }).waitFor()
    if (about !== 'Price') await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
  }
  const why = page.getByRole('dialog')
  await why.getByText(/Welcome takes 10% off what is left, €4.50/).waitFor()
  expect(await stumblingBlocks(page)).toEqual([])
  await why.getByLabel('On the day').fill('2020-01-01')
  await why.getByText(/The service was not there yet/).waitFor()
  await why.getByLabel('On the day').fill('')
  await why.getByRole('link', { name: 'Discount' }).click()
  await page.getByRole('heading', { name: 'Welcome' }).waitFor()
})

test('a customer’s page keeps notes, to-dos and papers; a pinned note stands on top of it', async () => {
  const [customer] = (await app.api('GET', '/customers')).data
  await page.goto(`/customers/${customer.id}?tab=notes`)
  await page.getByLabel('Write a note').fill('Rings in the morning only')
  await page.getByRole('button', { name: 'Add note' }).click()
  await page.getByRole('button', { name: 'Pin this note' }).click()
  await expect.poll(() => page.getByText('Rings in the morning only').count()).toBeGreaterThan(1)
  await page.getByLabel('What is to be done').fill('Send the contract')
  await page.getByRole('button', { name: 'Add to-do' }).click()
  await page.getByRole('checkbox', { name: 'Send the contract' }).check()
  await expect.poll(async () => (await app.api('GET', '/todos')).data[0]?.status).toBe('done')
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'contract.txt', mimeType: 'text/plain', buffer: Buffer.from('signed') })
  await page.getByRole('link', { name: 'contract.txt', exact: true }).waitFor()
})

test('the accounts above and below a customer are a tree with what they owe together', async () => {
  const [customer] = (await app.api('GET', '/customers')).data
  const site = await app.api('POST', '/customers', { name: 'Second Site', parent_id: customer.id })
  await page.goto(`/customers/${site.id}?tab=hierarchy`)
  await page.getByRole('heading', { name: '2 accounts' }).waitFor()
  await page.getByRole('listitem').getByRole('link', { name: customer.name }).click()
  await page.getByRole('heading', { name: customer.name }).waitFor()
})

test('a price is changed with whom it touches before, and the versions say what each changed', async () => {
  const tariff = (await app.api('GET', '/tariffs?title=Fibre 1000')).data[0]
  await page.goto(`/tariffs/${tariff.id}`)
  await page.getByRole('button', { name: 'Change price' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Price', exact: true }).fill('50.00')
  await dialog.getByRole('combobox', { name: 'Services sold before' }).selectOption('next_period')
  await dialog.getByText('Services that change').waitFor()
  await dialog.getByRole('button', { name: 'Change price' }).click()
  const versions = page.getByRole('region', { name: 'Versions' })
  await versions.getByText('€50.00').waitFor()
  await versions.getByText('For existing services from their next period.').waitFor()
})
