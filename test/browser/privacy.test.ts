import { mkdirSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApp, type App, type Row } from './app.ts'
import { launchChromium, openWindow, signIn, sizes, stumblingBlocks } from './chromium.ts'

/** Somebody asks what is known of them, and then to be forgotten. */
let app: App
let browser: Browser
let customer: Row

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startApp(), launchChromium()])
  customer = await app.api('POST', '/customers', { name: 'Anna Wiśniewska', email: 'anna@post.example' })
  await app.api('POST', '/notes', { noun: 'customer', row_id: customer.id, text: 'Likes mornings' })
  await app.api('POST', `/customers/${customer.id}/activate`)
  await app.api('POST', `/customers/${customer.id}/disable`, { reason: 'moved' })
})
afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

/** `SCREENSHOTS=folder` keeps what was seen. */
async function look(page: Page, name: string): Promise<void> {
  expect(await stumblingBlocks(page), name).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), name).toBe(false)
  const folder = process.env.SCREENSHOTS
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: `${folder}/${name}.png` })
}

test('an export is asked for, watched and fetched', async () => {
  const window = await openWindow(browser, app.url)
  const page = await window.newPage()
  await page.goto(`/customers/${customer.id}`)
  await signIn(page, app)
  await page.getByRole('button', { name: 'Actions', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Export personal data' }).click()
  await page.getByRole('button', { name: 'Put it together' }).click()
  const link = page.getByRole('link', { name: /Download/ })
  await link.waitFor()
  await look(page, 'export')
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
  expect(download.suggestedFilename()).toMatch(/^personal-data-.*\.zip$/)
  await window.close()
}, 60_000)

test('the erasing is shown before it is done, and wants the number typed', async () => {
  for (const phone of [true, false]) {
    const window = await openWindow(browser, app.url, phone ? sizes.phone : sizes.wide)
    const page = await window.newPage()
    await page.goto(`/customers/${customer.id}?do=erase`)
    await signIn(page, app)
    await page.getByRole('cell', { name: 'Notes' }).waitFor()
    await look(page, phone ? 'erase-phone' : 'erase')
    const button = page.getByRole('button', { name: 'Erase for good' })
    await page.getByLabel('Why').fill('Asked by Anna Wiśniewska')
    await page.getByLabel(/Type the customer/).fill('99999')
    expect(await button.isDisabled()).toBe(true)
    await page.getByLabel(/Type the customer/).fill(customer.number)
    if (!phone) {
      await button.click()
      await page.getByRole('heading', { level: 1, name: `Erased customer ${customer.number}` }).waitFor()
      await page.getByText('This customer was erased on').waitFor()
      await look(page, 'erased')
    }
    await window.close()
  }
  expect((await app.api('GET', `/customers/${customer.id}`)).email).toBe(null)
}, 60_000)

test('the doctor’s page says how the installation is', async () => {
  for (const phone of [false, true]) {
    const window = await openWindow(browser, app.url, phone ? sizes.phone : sizes.wide)
    const page = await window.newPage()
    await page.goto('/doctor')
    await signIn(page, app)
    await page.getByText('The books balance').waitFor()
    await look(page, phone ? 'doctor-phone' : 'doctor')
    await window.close()
  }
}, 60_000)
