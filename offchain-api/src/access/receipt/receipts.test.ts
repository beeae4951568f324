import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type AccessWorld, didOf, openAccessWorld } from '../../testing/access-world.ts'
import { until } from '../../testing/harness.ts'
import { ALL } from '../../testing/systems.ts'

let world: AccessWorld
let store: OperationalStore
beforeAll(async () => {
  world = await openAccessWorld([ALL])
  store = createOperationalStore({ url: world.postgres.url })
})
afterAll(async () => {
  await store?.close()
  await world?.close()
})

interface Receipt {
  readonly iss: string
  readonly sub: string
  readonly nbf: number
  readonly vc: { readonly type: string[]; readonly credentialSubject: unknown }
}

// keccak256 of title, blank line and text of version 1 of the terms.
const TERMS_1 = '0xacdd80095c594ddaa06b068686b4cf4b51794ad649481c12e4f41e5887bc84a3'

test('a citizen gets a receipt of what was agreed, when and under which terms, and the same one when asked again', async () => {
  const page = world.browser('Ana')
  const presentation = await page.present('register-citizen', [await world.identityOf('Ana')])
  const application = { kind: 'citizen', roles: ['service-user', 'data-provider'], terms: '1', presentation }
  const { body } = await page.call('POST', '/v1/access/registrations', application)
  const show = async () => {
    const receipt = await page.present('receipt', [body.credential])
    return (await page.call('POST', '/v1/access/receipts', { presentation: receipt })).body
  }
  const before = Math.floor(Date.now() / 1000)
  const taken = await show()
  expect(taken).toMatchObject({ account: body.account, status: 'active' })
  const { audience } = await page.challenge('sign-in')
  const { vc, iss, sub, nbf } = decodeJwt(taken.receipt) as unknown as Receipt
  expect([iss, sub, vc.type]).toEqual([audience, didOf('Ana'), ['VerifiableCredential', 'ReceiptCredential']])
  expect(vc.credentialSubject).toEqual({
    account: body.account,
    version: 1,
    credentialHash: body.receipt.credentialHash,
    roles: ['service-user', 'data-provider'],
    terms: { version: '1', hash: TERMS_1 },
    activatedAt: new Date(nbf * 1000).toISOString().replace('.000', ''),
  })
  expect(nbf - before).toBeGreaterThanOrEqual(0)
  expect(JSON.stringify(vc)).not.toContain('Ana')
  expect((await show()).receipt).toBe(taken.receipt)
})

test('a company’s wallet is brought the receipt, checks it on the chain and keeps it', async () => {
  const company = await world.registerCompany('Solar Works', ['data-provider'])
  const held = async () => (await company.wallet.credentials.list()).find(({ type }) => type === 'ReceiptCredential')
  await until(async () => (await held()) !== undefined)
  expect(await held()).toMatchObject({
    status: 'accepted',
    claims: { account: company.account, version: 1, roles: ['data-provider'], terms: { version: '1', hash: TERMS_1 } },
  })
  await until(async () => (await store.rows('SELECT 1 FROM account_receipts WHERE delivered')).length === 1)
  await company.close()
})
