import { expect, test } from 'vitest'
import type { Row } from './app.ts'
import { app, page, visit } from './visit.ts'

let jane: Row

visit(async () => {
  jane = await app.api('POST', '/customers', { name: 'Jane Doe', city: 'Łódź' })
})

const create = (name: string, more: object = {}) => app.api('POST', '/customers', { name, ...more })

test('what happens elsewhere appears without a reload, and an unattended window hears of it when somebody comes back', async () => {
  await page.clock.install()
  await page.goto('/customers')
  await page.getByRole('row', { name: /Jane Doe/ }).waitFor()
  await page.clock.runFor(5000)
  await create('Made Elsewhere')
  await expect
    .poll(
      async () => {
        await page.clock.runFor(1000)
        return page.getByRole('row', { name: /Made Elsewhere/ }).isVisible()
      },
      { timeout: 20_000 },
    )
    .toBe(true)
  await page.clock.fastForward(11 * 60_000)
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await create('Made While Away')
  await page.clock.runFor(60_000)
  await page.waitForTimeout(2500)
  expect(asked.filter((path) => path.startsWith('/api/'))).toEqual([])
  await page.mouse.move(300, 300)
  await expect
    .poll(
      async () => {
        await page.clock.runFor(1000)
        return page.getByRole('row', { name: /Made While Away/ }).isVisible()
      },
      { timeout: 20_000 },
    )
    .toBe(true)
})

test('an edit is taken back from the toast; over somebody else’s later edit it is not', async () => {
  await page.goto(`/customers/${jane.id}/edit`)
  await page.getByLabel('City').fill('Kraków')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Jane Doe is as it was before.').waitFor()
  expect((await app.api('GET', `/customers/${jane.id}`)).city).toBe('Łódź')
  await page.goto(`/customers/${jane.id}/edit`)
  await page.getByLabel('City').fill('Gdańsk')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('button', { name: 'Undo' }).waitFor()
  await app.api('PATCH', `/customers/${jane.id}`, { city: 'Poznań' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText(/It could not be undone/).waitFor()
  expect((await app.api('GET', `/customers/${jane.id}`)).city).toBe('Poznań')
})

test('⌘K does things: a verb and a name open the form with its consequences', async () => {
  await page.goto('/')
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type('disable jane')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Disable.*Jane Doe/ })
    .click()
  await page.waitForURL(new RegExp(`/customers/${jane.id}\\?do=disable$`))
  await page.getByRole('dialog').getByLabel('Reason').waitFor()
})

test('who stands above partners works within one of them, sees so on every screen, and leaves again', async () => {
  const partner = await app.api('POST', '/partners', { name: 'Hill Wireless' })
  await create('Theirs Only', { partner_id: partner.id })
  await page.goto('/customers')
  await page.getByRole('button', { name: /Choose another partner/ }).click()
  await page.getByRole('menuitem', { name: 'Hill Wireless' }).click()
  await page.getByText('You see and do only what belongs to Hill Wireless.').waitFor()
  await page.getByRole('link', { name: 'Customers', exact: true }).click()
  await page.getByRole('row', { name: /Theirs Only/ }).waitFor()
  expect(await page.getByRole('row', { name: /Jane Doe/ }).count()).toBe(0)
  await page.getByRole('button', { name: 'Show everything' }).click()
  await page.getByRole('heading', { name: 'Home' }).waitFor()
  await page.goto('/customers')
  await page.getByRole('row', { name: /Jane Doe/ }).waitFor()
})

test('the audit says who changed which field', async () => {
  await page.goto('/audit_events')
  await page.getByLabel('Of', { exact: true }).selectOption({ label: 'Customer' })
  await page.getByLabel('Field that changed').selectOption({ label: 'City' })
  await page
    .getByRole('row', { name: /updated/i })
    .first()
    .getByRole('gridcell')
    .first()
    .click()
  await page.getByRole('dialog').getByText('Poznań').waitFor()
  await page.getByRole('dialog').getByRole('link', { name: 'Jane Doe' }).waitFor()
  await page.getByRole('dialog').getByRole('link', { name: 'All of this row' }).click()
  await page.waitForURL(new RegExp(`row_id=${jane.id}`))
})

test('a list says the sums of its amounts', async () => {
  await app.api('POST', '/payments', { customer_id: jane.id, amount: '12.50', method: 'cash' })
  await page.goto('/payments')
  await page.getByRole('group', { name: 'One row' }).getByText('€12.50').first().waitFor()
})

test('while the server does not answer, what was not loaded yet says so and what to do', async () => {
  await page.goto('/customers')
  await page.getByRole('row', { name: /Jane Doe/ }).waitFor()
  await page.route('**/*', (route) => route.abort())
  await page.getByRole('link', { name: 'Churn', exact: true }).click()
  await page
    .getByText(/The server does not answer/)
    .first()
    .waitFor()
  await page.unroute('**/*')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { level: 1, name: 'Churn' }).waitFor()
})
