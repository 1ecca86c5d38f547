import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type App, type Row } from './app.ts'
import { launchChromium, openWindow, signIn, stumblingBlocks, type Look } from './chromium.ts'

let app: App
let browser: Browser
let customer: Row
let imported: Row

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startApp(), launchChromium()])
  customer = await app.api('POST', '/customers', {
    name: 'The Honourable Society of Extraordinarily Long Customer Names',
    category: 'company',
  })
  await app.api('POST', '/contacts', { customer_id: customer.id, name: 'Anna', email: 'anna@example.org' })
  await app.api('POST', '/addresses', {
    customer_id: customer.id,
    street: 'Mill lane 4',
    latitude: '51.66',
    longitude: '19.35',
  })
  await app.api('POST', '/consents', {
    customer_id: customer.id,
    purpose: 'marketing',
    status: 'given',
    obtained_by: 'paper',
  })
  imported = await app.api(
    'POST',
    '/imports?noun=customers&validate_only=true&file_name=customers.csv',
    new Blob(['id,name,plan\n1,One,\n2,Two,No such tariff\n'], { type: 'text/csv' }),
  )
})
afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

const looks: [string, Look][] = [
  ['wide and light', {}],
  ['wide and dark', { dark: true }],
  ['phone', { phone: true }],
]

test.each(looks)(
  'every main screen, %s: nothing to stumble over, nothing wider than the window',
  async (_, look) => {
    const window = await openWindow(browser, app.url, look)
    const page = await window.newPage()
    await page.goto('/sign-in')
    const found = [...(await problemsOf(page, 'sign in'))]
    await signIn(page, app)
    await page.waitForURL(/\/$/)
    for (const path of screens()) {
      await page.goto(path)
      await page.getByRole('heading', { level: 1 }).waitFor()
      found.push(...(await problemsOf(page, path)))
    }
    expect(found).toEqual([])
    await window.close()
  },
  240_000,
)

test('the palette and the list of keys', async () => {
  const window = await openWindow(browser, app.url)
  const page = await signedIn(window)
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').waitFor()
  const found = await problemsOf(page, 'palette')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Shift+?')
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
  expect([...found, ...(await problemsOf(page, 'keys'))]).toEqual([])
  await window.close()
})

test.each(looks)('menus that are open, %s', async (_, look) => {
  const window = await openWindow(browser, app.url, look)
  const page = await window.newPage()
  await page.goto(`/customers/${customer.id}?tab=addresses`)
  await signIn(page, app)
  await page.getByRole('heading', { level: 1 }).waitFor()
  const found: string[] = []
  for (const name of ['Actions', /^Use as: Mill/]) {
    await page.getByRole('button', { name }).click()
    await page.getByRole('menu').waitFor()
    found.push(...(await problemsOf(page, `menu ${name}`)))
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
  }
  await page.goto('/customers')
  await page.getByRole('grid').waitFor()
  await page.getByRole('button', { name: /Export/ }).click()
  await page.getByRole('menu').waitFor()
  found.push(...(await problemsOf(page, 'menu of the export')))
  expect(found).toEqual([])
  await window.close()
})

function screens(): string[] {
  const lists = [
    'customers',
    'services',
    'invoices',
    'payments',
    'billing_runs',
    'sessions',
    'routers',
    'tariffs',
    'audit_events',
  ]
  const forms = [
    'customers',
    'services',
    'payments',
    'billing_runs',
    'routers',
    'entities',
    'custom_fields',
    'api_keys',
    'imports',
  ]
  return [
    '/',
    ...lists.map((plural) => `/${plural}`),
    ...forms.map((plural) => `/${plural}/new`),
    `/customers/${customer.id}`,
    `/customers/${customer.id}/edit`,
    `/customers/${customer.id}?do=payment`,
    ...['contacts', 'addresses', 'consents', 'standing', 'next_invoice', 'hierarchy', 'notes', 'details'].map(
      (tab) => `/customers/${customer.id}?tab=${tab}`,
    ),
    `/customers/${customer.id}?do=block`,
    `/customers/${customer.id}/merge`,
    '/customers/connect',
    '/reports/churn',
    '/reports/churn?of=partner',
    '/reports/churn?of=reason',
    `/imports/${imported.id}`,
    '/jobs',
  ]
}

async function problemsOf(page: Page, screen: string): Promise<string[]> {
  await page.waitForLoadState('networkidle')
  const blocks = await stumblingBlocks(page)
  const overflows = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  return [
    ...blocks.map((block) => `${screen}: ${block}`),
    ...(overflows ? [`${screen}: wider than the window`] : []),
  ]
}

async function signedIn(window: BrowserContext): Promise<Page> {
  const page = await window.newPage()
  await page.goto('/customers')
  await signIn(page, app)
  await page.getByRole('grid').waitFor()
  return page
}
