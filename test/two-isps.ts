import { afterAll, beforeAll } from 'vitest'
import type { Subject } from '#kernel/testing/contract.ts'
import { newTenant, startIsp, type Client, type TestIsp } from './isp.ts'

/** The program with two ISPs that must not see each other, as they are once the tests of a file run. */
export let isp: TestIsp
export let admin: Client
export let other: Client

export function startTwoIsps(): void {
  beforeAll(async () => {
    isp = await startIsp()
    admin = await newTenant(isp)
    other = await newTenant(isp)
  })
  afterAll(() => isp?.stop())
}

/** A noun under the contract, between the two. */
export const subject = (declared: Omit<Subject, 'isp' | 'admin' | 'other'>): Subject => ({
  isp,
  admin,
  other,
  ...declared,
})
