import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import sparticuz from '@sparticuz/chromium'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Made for one-process sandboxes, or weaker than a person's browser; here a real one is wanted. */
const unwanted = new Set([
  '--single-process',
  '--no-zygote',
  '--disable-web-security',
  '--allow-running-insecure-content',
])

/** A real Chromium, from npm, so that a fresh clone needs nothing else. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: await sparticuz.executablePath(),
    args: sparticuz.args.filter((argument) => !unwanted.has(argument)),
  })
}

export type Look = { phone?: boolean; dark?: boolean }

/** A browser window of one person: 1440×900, or a phone's 390×844. */
export async function openWindow(
  browser: Browser,
  baseURL: string,
  { phone, dark }: Look = {},
): Promise<BrowserContext> {
  const window = await browser.newContext({
    baseURL,
    locale: 'en-GB',
    timezoneId: 'Europe/Warsaw',
    viewport: phone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  })
  // A loaded machine draws slowly.
  window.setDefaultTimeout(30_000)
  return window
}

/** Fills in the sign-in form that the page shows. */
export async function signIn(page: Page, as: { email: string; password: string }): Promise<void> {
  await page.locator('input[name=email]').fill(as.email)
  await page.locator('input[name=password]').fill(as.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/**
 * What a screen reader or a keyboard would stumble over, a line each; WCAG 2.2 A and AA. An open menu lies over the page and in none of
 * its regions; what catches its first focus is the kit's, has no content and is left out.
 */
export async function stumblingBlocks(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    type Found = { violations: { id: string; nodes: { html: string }[] }[] }
    const { axe: engine } = window as unknown as {
      axe: { run: (on: Document, options: object) => Promise<Found> }
    }
    const menu = document.querySelector('[role=menu]')
    menu?.querySelector('[role=presentation][data-autofocus]')?.removeAttribute('tabindex')
    const { violations } = await engine.run(document, {
      rules: { region: { enabled: menu === null } },
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return violations.map(
      (one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
    )
  })
}
