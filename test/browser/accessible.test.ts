import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type App, type Row } from './app.ts'
import { launchChromium, openWindow, settle, signIn, sizes, stumblingBlocks } from './chromium.ts'

let app: App
let browser: Browser
/** One person looks at everything, in one page that is never loaded again, as one does. */
let page: Page
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
  page = await (await openWindow(browser, app.url)).newPage()
})
afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

const walks = Object.entries(sizes)

test.each(walks)(
  'every main screen, %s, light and dark: nothing to stumble over, nothing wider than the window',
  async (size, viewport) => {
    await page.setViewportSize(viewport)
    if (size === 'wide') {
      await page.goto('/sign-in')
      await page.getByRole('button', { name: 'Sign in' }).waitFor()
      expect(await problemsOf('sign in')).toEqual([])
      await signIn(page, app)
      await page.waitForURL(/\/$/)
    }
    const found: string[] = []
    for (const path of screens()) {
      await go(path)
      found.push(...(await problemsOf(path)))
    }
    expect(found).toEqual([])
  },
  240_000,
)

test.each(walks)(
  'what opens over a screen, %s: the palette, the list of keys, menus',
  async (_, viewport) => {
    await page.setViewportSize(viewport)
    await go('/customers')
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').waitFor()
    await settle(page)
    const found = await problemsOf('palette')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Shift+?')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    found.push(...(await problemsOf('keys')))
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    for (const [path, name, role] of opened()) {
      await go(path)
      const button = page.getByRole('button', { name }).first()
      await button.click()
      const menu = page.getByRole(role).filter({ visible: true })
      await menu.waitFor()
      await settle(page)
      if (!(await beside(button, menu))) found.push(`${path}, ${name}: it does not open beside its button`)
      found.push(...(await problemsOf(`${path}, ${name}`)))
      await page.keyboard.press('Escape')
      await page.getByRole(role).filter({ visible: true }).waitFor({ state: 'detached' })
    }
    expect(found).toEqual([])
  },
  120_000,
)

/** Above, below or at a side of it, at most a finger's breadth away. */
async function beside(button: Locator, menu: Locator): Promise<boolean> {
  const [of, at] = await Promise.all([button.boundingBox(), menu.boundingBox()])
  if (!of || !at) return false
  const gap = (from: number, size: number, other: number, otherSize: number) =>
    Math.max(other - (from + size), from - (other + otherSize), 0)
  return gap(of.x, of.width, at.x, at.width) < 20 && gap(of.y, of.height, at.y, at.height) < 20
}

/** Where a button opens something over the screen, and what. */
function opened(): [string, string | RegExp, 'menu' | 'dialog'][] {
  return [
    ['/customers', /^Filter/, 'menu'],
    ['/customers', 'Views', 'menu'],
    ['/customers', 'Columns', 'dialog'],
    ['/customers', /^Export/, 'menu'],
    [`/customers/${customer.id}`, 'More actions', 'menu'],
    [`/customers/${customer.id}?tab=addresses`, /^Use as: Mill/, 'menu'],
  ]
}

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

/** As a link within the app does it. */
async function go(path: string): Promise<void> {
  await page.evaluate((to) => history.pushState({}, '', to), path)
  await settle(page)
  await page.getByRole('heading', { level: 1 }).waitFor()
}

async function problemsOf(screen: string): Promise<string[]> {
  const blocks = await stumblingBlocks(page)
  const overflows = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  return [
    ...blocks.map((block) => `${screen}: ${block}`),
    ...(overflows ? [`${screen}: wider than the window`] : []),
  ]
}
