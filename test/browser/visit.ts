import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'
import { startApp, type App } from './app.ts'
import { launchChromium, openWindow, signIn } from './chromium.ts'

/** The program, the browser and the window of the person who is signed in, as they are for the test that runs. */
export let app: App
export let browser: Browser
export let window: BrowserContext
/** A page of its own for each test, on which no script may fail. */
export let page: Page

/**
 * One person's visit for the tests of a file: the program is started, `prepare` fills it, the person signs in. A loaded machine draws
 * slowly; what is checked is what is drawn, not how fast.
 */
export function visit(prepare: () => Promise<void>): void {
  vi.setConfig({ testTimeout: 60_000 })
  const complaints: string[] = []
  beforeAll(async () => {
    ;[app, browser] = await Promise.all([startApp(), launchChromium()])
    await prepare()
    window = await openWindow(browser, app.url)
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
}
