import { expect, test } from 'vitest'
import type { Field } from '#kernel/resource.ts'
import { proposeMapping } from './mapping.ts'

const text: Field = { kind: 'text' }
const targets = { name: text, login: text, password: text, tariff: text }
const mapped = (columns: string) => proposeMapping(targets, columns.split(','))

test('the login and password of a service, where a file has those of a portal as well', () => {
  // PHPNuxBill, and Splynx with the services beside its customers.
  expect(mapped('fullname,username,password,pppoe_username,pppoe_password,namebp,plan')).toMatchObject({
    login: 'pppoe_username',
    password: 'pppoe_password',
  })
  expect(mapped('Full name,Login,Password,Service login,Service password,Tariff')).toMatchObject({
    login: 'Service login',
    password: 'Service password',
  })
  expect(mapped('Full name,Login,Password,Tariff')).toMatchObject({ login: 'Login', password: 'Password' })
})

test('without a tariff there is no service to log in to', () => {
  expect(mapped('Full name,Login,Password')).toEqual({ name: 'Full name' })
})
