import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startApp, type App } from './app.ts'
import { launchChromium, openWindow, signIn } from './chromium.ts'

vi.setConfig({ testTimeout: 60_000 })

let app: App
let browser: Browser
let window: BrowserContext
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  ;[app, browser] = await Promise.all([startApp(), launchChromium()])
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
  window = await openWindow(browser, app.url)
  window.setDefaultTimeout(30_000)
  page = await window.newPage()
  await page.goto('/customers')
  await signIn(page, app)
  await page.getByRole('heading', { name: 'Customers' }).waitFor()
  await page.close()
})
afterAll(async () => {
  await browser?.close()
  await app?.stop()
})
beforeEach(async () => {
  complaints.length = 0
  page = await window.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
})
afterEach(async () => {
  await page.close()
  expect(complaints).toEqual([])
})

test('a name, a place and a tariff connect a customer; login, address and first invoice are there before', async () => {
  await page.goto('/customers')
  await page.getByRole('link', { name: 'New connection' }).first().click()
  await page.getByLabel('Name').fill('Jane Doe')
  await page.getByLabel('City').fill('Łódź')
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
