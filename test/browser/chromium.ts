import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import sparticuz from '@sparticuz/chromium'
import { chromium, type Browser, type BrowserContext, type Page, type Request } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * Made for one-process sandboxes, or weaker than a person's browser; here a real one is wanted. It draws without imitating a graphics
 * card, which takes twice as long.
 */
const unwanted = new Set([
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--in-process-gpu',
  '--single-process',
  '--no-zygote',
  '--disable-web-security',
  '--allow-running-insecure-content',
])

/** A real Chromium, from npm, so that a fresh clone needs nothing else. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: await sparticuz.executablePath(),
    args: [...sparticuz.args.filter((argument) => !unwanted.has(argument)), '--disable-gpu'],
  })
}

export const sizes = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

/** A browser window of one person. */
export async function openWindow(
  browser: Browser,
  baseURL: string,
  viewport: { width: number; height: number } = sizes.wide,
): Promise<BrowserContext> {
  const window = await browser.newContext({
    baseURL,
    locale: 'en-GB',
    timezoneId: 'Europe/Warsaw',
    viewport,
    colorScheme: 'light',
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

/** The screen is drawn, and nothing is being fetched. */
export async function settle(page: Page): Promise<void> {
  const asked = requestsOf(page)
  for (let quiet = 0; quiet < 2;) {
    // A stream, and an answer that never comes, are not waited for.
    for (let tries = 0; asked.size > 0 && tries < 500; tries++) await page.waitForTimeout(10)
    asked.clear()
    await page.evaluate(
      () => new Promise<void>((drawn) => requestAnimationFrame(() => setTimeout(() => drawn(), 0))),
    )
    quiet = asked.size === 0 ? quiet + 1 : 0 // What was drawn may have asked for more.
  }
}

const requests = new WeakMap<Page, Set<Request>>()

function requestsOf(page: Page): Set<Request> {
  const known = requests.get(page)
  if (known) return known
  const asked = new Set<Request>()
  requests.set(page, asked)
  page.on('request', (request) => request.resourceType() !== 'eventsource' && asked.add(request))
  page.on('requestfinished', (request) => asked.delete(request))
  page.on('requestfailed', (request) => asked.delete(request))
  return asked
}

/**
 * What a screen reader or a keyboard would stumble over, a line each; WCAG 2.2 A and AA. Light and dark differ in colours only, so that
 * in the dark only these are looked at. An open menu lies over the page and in none of its regions; what catches its first focus is the
 * kit's, has no content and is left out.
 */
export async function stumblingBlocks(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  return page.evaluate(async () => {
    type Found = { violations: { id: string; nodes: { html: string }[] }[] }
    const { axe: engine } = window as unknown as {
      axe: { run: (on: Document, options: object) => Promise<Found> }
    }
    const menu = document.querySelector('[role=menu]')
    const catcher = menu?.querySelector('[role=presentation][data-autofocus]')
    const focused = document.activeElement
    catcher?.removeAttribute('tabindex')
    // Half-way through a change of colour is no colour of ours.
    const still = document.head.appendChild(document.createElement('style'))
    still.textContent = '*, *::before, *::after { transition: none !important }'
    const { dataset } = document.documentElement
    const theme = dataset['mantineColorScheme'] ?? 'light'
    const light = await look(theme, ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    const dark = await look('dark', ['color-contrast'])
    dataset['mantineColorScheme'] = theme
    still.remove()
    catcher?.setAttribute('tabindex', '-1')
    if (focused instanceof HTMLElement) focused.focus()
    return [...light, ...dark.map((line) => `dark, ${line}`)]

    async function look(scheme: string, runOnly: string[]): Promise<string[]> {
      dataset['mantineColorScheme'] = scheme
      const { violations } = await engine.run(document, {
        rules: { region: { enabled: menu === null } },
        runOnly,
        // Most of its time it would spend on describing what is right.
        resultTypes: ['violations'],
        preload: false,
      })
      return violations.map(
        (one) =>
          `${one.id}: ${one.nodes
            .slice(0, 3)
            .map((node) => node.html.slice(0, 120))
            .join(' | ')}`,
      )
    }
  })
}
