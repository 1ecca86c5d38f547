import { expect, test } from 'vitest'
import type { Row } from './app.ts'
import { openWindow, signIn } from './chromium.ts'
import { app, browser, page, visit } from './visit.ts'

let jane: Row
let tariff: Row

visit(async () => {
  tariff = await app.api('POST', '/tariffs', {
    title: 'Fibre 300',
    service_type: 'internet',
    price: '30.00',
    speed_download_kbps: 300_000,
    speed_upload_kbps: 150_000,
  })
  jane = await app.api('POST', '/customers', {
    name: 'Jane Doe',
    category: 'person',
    email: 'jane@example.org',
  })
  const rows = Array.from({ length: 70 }, (_, n) => ({
    name: `Neighbour ${String(n).padStart(2, '0')}`,
    category: n % 4 === 0 ? 'company' : 'person',
    city: n % 2 === 0 ? 'Łódź' : 'Kraków',
  }))
  await app.api('POST', '/customers/bulk', { operation: 'create', rows })
})

test('who is not signed in signs in, and comes back to where they wanted to go', async () => {
  const stranger = await openWindow(browser, app.url)
  const door = await stranger.newPage()
  await door.goto('/customers?status=new')
  await door.waitForURL(/\/sign-in\?back=/)
  await signIn(door, { ...app, password: 'not the password' })
  await door.getByRole('alert').waitFor()
  await signIn(door, app)
  await door.waitForURL(/\/customers\?status=new$/)
  await door.getByRole('button', { name: 'Status is New' }).waitFor()
  await stranger.close()
})

test('⌘K finds a customer by part of the name and opens the page', async () => {
  await page.goto('/customers')
  await page.getByRole('grid').waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type('jane')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /Jane Doe/ })
    .first()
    .waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(new RegExp(`/customers/${jane.id}$`))
})

test('a filter stands in the address, says itself in words, and is taken away again', async () => {
  await page.goto('/customers')
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.getByRole('menuitem', { name: 'City' }).click()
  await page.getByLabel('Value').fill('Kraków')
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.getByRole('button', { name: 'City is Kraków' }).waitFor()
  expect(new URL(page.url()).searchParams.get('city')).toBe('Kraków')
  await expect.poll(() => page.getByRole('grid').getAttribute('aria-rowcount')).toBe('35')
  await page.getByRole('button', { name: 'Remove the filter on City' }).click()
  await expect.poll(() => page.getByRole('grid').getAttribute('aria-rowcount')).toBe('71')
})

test('an empty list says which filter hides the rows', async () => {
  await page.goto('/customers?city=Krak%C3%B3w&status=disabled')
  await page.getByRole('button', { name: 'Without “Status is Disabled” (35)' }).click()
  await page.getByRole('row').nth(1).waitFor()
  expect(new URL(page.url()).search).toBe('?city=Krak%C3%B3w')
})

test('the list goes by keyboard, and scrolls through every row', async () => {
  await page.goto('/customers?sort=name')
  await page.getByRole('row', { name: /Jane Doe/ }).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.getByText('1 selected').waitFor()
  await page.keyboard.press('x')
  const last = page.getByRole('row', { name: /Neighbour 69/ })
  // The rows after the first fifty arrive while one goes down.
  for (let n = 0; n < 20 && !(await last.isVisible()); n++) {
    for (let steps = 0; steps < 10; steps++) await page.keyboard.press('j')
  }
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/customers\/[0-9a-f-]{36}$/)
})

test('a bulk change is previewed, then typed, then done', async () => {
  await page.goto('/customers?q=neighbour+0')
  await page.getByRole('row', { name: /Neighbour 09/ }).waitFor()
  await page.getByLabel('Select all loaded rows').check()
  await page.getByRole('button', { name: 'Do something with them' }).click()
  await page.getByRole('menuitem', { name: 'Change a field' }).click()
  await page.getByRole('combobox', { name: 'Field' }).selectOption({ label: 'City' })
  await page.getByLabel('City', { exact: true }).fill('Gdańsk')
  await page.getByText(/It would work for \d+ and be refused for 0/).waitFor()
  await page.getByRole('button', { name: /^Change a field \(/ }).click()
  await page.getByText(/Done for \d+, refused for 0/).waitFor()
  expect((await app.api('GET', '/customers?city=Gdańsk&count=true')).total).toBeGreaterThan(0)
})

test('a customer is created; what is wrong stands beside its field; leaving with changes asks', async () => {
  await page.goto('/customers/new')
  await page.getByLabel(/^Name/).fill('Łucja Wójcik')
  await page.getByLabel('Email').fill('not an address')
  await page.getByRole('button', { name: 'Create customer' }).click()
  await expect.poll(() => page.getByLabel('Email').getAttribute('aria-invalid')).toBe('true')
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('email')
  await page.getByRole('link', { name: 'Services' }).click()
  await page.getByRole('dialog', { name: 'Leave without saving?' }).waitFor()
  await page.getByRole('button', { name: 'Stay here' }).click()
  await page.getByLabel('Email').fill('lucja@example.org')
  await page.getByRole('button', { name: 'Create customer' }).click()
  await page.getByRole('heading', { name: 'Łucja Wójcik' }).waitFor()
})

test('the customer page says who, paid, online, and blocks with its consequences beside the form', async () => {
  const service = await app.api('POST', '/services', {
    customer_id: jane.id,
    tariff_id: tariff.id,
    login: 'jane',
    password: 'secret-1',
  })
  await app.api('POST', `/services/${service.id}/activate`, {})
  await page.goto(`/customers/${jane.id}`)
  await page.getByRole('heading', { name: 'Jane Doe' }).waitFor()
  await page.getByText('1 active').waitFor()
  await page.getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('menuitem', { name: /^Block/ }).click()
  await page.waitForURL(/do=block/)
  await page.getByRole('dialog').getByLabel('Reason').fill('Asked by the police')
  await page.getByText('Customer blocked', { exact: true }).first().waitFor()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Block/ })
    .click()
  await expect.poll(async () => (await app.api('GET', `/customers/${jane.id}`)).status).toBe('blocked')
  await page.getByRole('button', { name: /^Unblock/ }).waitFor()
})

test('an entity of one’s own has its list, form and page at once', async () => {
  await page.goto('/entities/new')
  await page.getByLabel('Label').first().fill('Vehicle')
  await page.getByLabel('Label').nth(1).fill('Plate')
  await page.getByRole('button', { name: 'Create entity' }).click()
  await page.waitForURL(/\/x\/vehicle$/)
  await page.getByRole('link', { name: 'Create vehicle' }).first().click()
  await page.getByRole('textbox', { name: 'Plate' }).fill('WX 12345')
  await page.getByRole('button', { name: 'Create vehicle' }).click()
  await page.getByRole('heading', { name: 'WX 12345' }).waitFor()
  await page.getByRole('navigation').getByRole('link', { name: 'Vehicles' }).waitFor()
})

test('what a new customer is not given, it inherits: yes, no and nothing are three answers', async () => {
  await page.goto('/customers/new')
  await page.getByLabel(/^Name/).fill('Heir')
  const blocks = page.getByLabel('Block when unpaid')
  expect(await blocks.locator('option:checked').textContent()).toBe('Inherited')
  await page.getByLabel('Due days').fill('21')
  await page.getByRole('button', { name: 'Create customer' }).click()
  await page.getByRole('heading', { name: 'Heir' }).waitFor()
  const { data } = await app.api('GET', '/customers?name=Heir')
  expect(data[0]).toMatchObject({ auto_block: true, due_days: 21, billing_own: ['due_days'] })
})
