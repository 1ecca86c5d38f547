import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type App, type Row } from './app.ts'
import { launchChromium, openWindow, signIn, sizes, stumblingBlocks } from './chromium.ts'

/** An administrator adds a field, tries it, and works with it in a list: in a real browser. */
let app: App
let browser: Browser
let window: BrowserContext
let page: Page
beforeAll(async () => {
  ;[app, browser] = await Promise.all([startApp(), launchChromium()])
  for (const name of ['Anna', 'Bert', 'Cleo'])
    await app.api('POST', '/customers', { name, city: `${name}ville` })
  window = await openWindow(browser, app.url)
  page = await window.newPage()
  await page.goto('/sign-in')
  await signIn(page, app)
  await page.waitForURL(/\/$/)
})
afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

const ready = async () => {
  for (let tries = 0; tries < 100; tries++) {
    const { data } = await app.api('GET', '/custom_fields?limit=100')
    if (data.every((row: Row) => row.index_status !== 'indexing')) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('The fields were not indexed.')
}
const stumbles = async (what: string) => (await stumblingBlocks(page)).map((one) => `${what}: ${one}`)

test('a field is designed, with its input tried beside it', async () => {
  await page.goto('/custom_fields')
  await page.getByRole('link', { name: 'New custom field' }).first().click()
  await page.getByRole('heading', { name: 'New custom field' }).waitFor()
  await page.locator('[name=kind]').selectOption('choice')
  await page.locator('[name=label]').fill('Roof type')
  expect(await page.locator('[name=name]').inputValue()).toBe('roof_type')
  await page.locator('[name=values]').fill('Flat\nPitched')
  const preview = page.getByRole('region', { name: 'How it is asked for' })
  await preview.getByRole('combobox').selectOption('pitched')
  await page.locator('[name=filterable]').check()
  await page.locator('[name=sortable]').check()
  await page.locator('[name=validation]').fill('value >')
  expect(await stumbles('new field')).toEqual([])
  await page.getByRole('button', { name: 'Create field' }).click()
  await page.getByText('The expression cannot be used').first().waitFor()
  await page.locator('[name=validation]').fill('value != "flat" || row.category == "company"')
  await page.locator('[name=validation_message]').fill('Only companies have flat roofs here.')
  await page.getByRole('button', { name: 'Create field' }).click()
  await page.getByRole('link', { name: 'Roof type' }).waitFor()
  await ready()
  await page.reload()
  await page.getByRole('cell', { name: 'Ready' }).waitFor()
  expect(await stumbles('fields')).toEqual([])
})

test('it is asked for in the customer’s form, with its rule', async () => {
  const [anna] = (await app.api('GET', '/customers?name=Anna')).data
  await page.goto(`/customers/${anna.id}/edit`)
  await page.getByLabel('Roof type').selectOption('flat')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Only companies have flat roofs here.').first().waitFor()
  await page.getByLabel('Roof type').selectOption('pitched')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL(new RegExp(`/customers/${anna.id}$`))
  expect((await app.api('GET', `/customers/${anna.id}`)).custom).toEqual({ roof_type: 'pitched' })
})

test('conditions in groups find rows, stand in the address and are saved with the view', async () => {
  await page.goto('/customers')
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Conditions…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Conditions' })
  await dialog.waitFor()
  await dialog.getByLabel('Conditions').first().selectOption({ label: 'Any of these' })
  await dialog.getByLabel('Field').first().selectOption({ label: 'Roof type' })
  await dialog.getByRole('checkbox', { name: 'Pitched' }).check()
  await dialog.getByRole('button', { name: 'Group' }).first().click()
  const inner = dialog.getByRole('group', { name: 'Any of these' }).last()
  await inner.getByLabel('Field').selectOption({ label: 'Name' })
  await inner.getByLabel('Value').fill('Cleo')
  expect(await stumbles('conditions')).toEqual([])
  await dialog.getByRole('button', { name: 'Show' }).click()
  await page.getByRole('button', { name: 'Conditions: 2' }).waitFor()
  await page.getByText('Bertville').waitFor({ state: 'detached' })
  expect(await page.getByText('Annaville').count()).toBe(1)
  expect(await page.getByText('Cleoville').count()).toBe(1)
  expect(new URL(page.url()).searchParams.get('filter')).toContain('custom.roof_type')
  await page.reload()
  await page.getByRole('button', { name: 'Conditions: 2' }).waitFor()
  await page.getByRole('button', { name: 'Remove the conditions' }).click()
  await page.getByText('Bertville').waitFor()
})

test('kinds that are more than a line of text have inputs of their own, also on a phone', async () => {
  for (const [name, kind, more] of [
    ['tags', 'choices', { values: ['new', 'used'] }],
    ['stars', 'rating', {}],
    ['place', 'geo_point', {}],
    ['mails', 'emails', {}],
    ['opens', 'time', {}],
    ['area', 'formula', { formula: '6 * 7' }],
  ] as const)
    await app.api('POST', '/custom_fields', { noun: 'customer', name, kind, ...more })
  const phone = await openWindow(browser, app.url, sizes.phone)
  const small = await phone.newPage()
  await small.goto('/sign-in')
  await signIn(small, app)
  await small.waitForURL(/\/$/)
  await small.goto('/customers/new')
  await small.locator('[name=name]').fill('Phoney')
  await small.getByRole('combobox', { name: 'Tags' }).click()
  await small.getByRole('option', { name: 'Used' }).click()
  await small.keyboard.press('Escape')
  await small.locator('input[name="custom.stars"][value="4"] + label').click()
  await small.getByLabel('Place: Latitude').fill('54.35')
  await small.getByLabel('Place: Longitude').fill('18.65')
  await small.getByRole('combobox', { name: 'Mails' }).fill('a@b.example')
  await small.keyboard.press('Enter')
  await small.getByLabel('Opens').fill('08:30')
  await small.getByRole('button', { name: 'Create customer' }).click()
  await small.waitForURL(/\/customers\/[0-9a-f-]{36}/)
  const [row] = (await app.api('GET', '/customers?name=Phoney')).data
  expect(row.custom).toMatchObject({
    tags: ['used'],
    stars: 4,
    place: { lat: 54.35, lon: 18.65 },
    mails: ['a@b.example'],
    opens: '08:30',
    area: 42,
  })
  await small.goto('/custom_fields')
  await small.getByRole('heading', { name: 'Custom fields' }).waitFor()
  expect(await small.evaluate(() => document.documentElement.scrollWidth <= globalThis.innerWidth)).toBe(true)
  await phone.close()
})
