import { join } from 'node:path'
import { ethereumDidRegistryAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { presentCredentials } from '@opem/ssi/credential'
import { createWalletClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AccessWorld, type Citizen, didOf, openAccessWorld, walletOf } from '../../testing/access-world.ts'
import type { Answer } from '../../testing/browser.ts'
import { until } from '../../testing/harness.ts'

let world: AccessWorld

beforeAll(async () => {
  const nameServer = join(import.meta.dirname, '..', '..', 'testing', 'name-server.ts')
  world = await openAccessWorld([], { environment: { NODE_OPTIONS: `--import=${nameServer}` } })
})
afterAll(() => world?.close())

const codeOf = ({ status, body }: Answer) => [status, body.code]

describe('a holder who rotated the key', () => {
  let ana: Citizen

  beforeAll(async () => {
    ana = await world.registerCitizen('Ana')
    const { address } = walletOf('Ana')
    await fetch(world.chain.anvil.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'anvil_setBalance',
        params: [address, '0xde0b6b3a7640000'],
      }),
    })
    const owner = createWalletClient({ account: walletOf('Ana'), transport: http(world.chain.anvil.url) })
    const hash = await owner.writeContract({
      ...{ chain: null, address: world.chain.deployment.addresses.EthereumDIDRegistry, abi: ethereumDidRegistryAbi },
      ...{ functionName: 'changeOwner', args: [address, walletOf('Ana, new key').address] },
    })
    await world.chain.client.waitForTransactionReceipt({ hash })
  })

  const signInWith = async (key: string) => {
    const { challenge, audience } = await ana.browser.challenge('sign-in')
    const jwt = await presentCredentials({
      ...{ holder: didOf('Ana') as never, signer: walletOf(key), challenge, audience, operation: 'sign-in' },
      credentials: [ana.credential],
    })
    return codeOf(await ana.browser.call('POST', '/v1/access/sign-ins', { presentation: { kind: 'vp-jwt', jwt } }))
  }

  test('signs in with the new one', async () => {
    expect(await signInWith('Ana, new key')).toEqual([200, undefined])
  })

  test('is refused with the old one', async () => {
    expect(await signInWith('Ana')).toEqual([422, 'ERR_VP_SIGNATURE'])
  })

  test('is refused with the old one in a browser wallet as well', async () => {
    expect(codeOf(await ana.browser.signIn([ana.credential]))).toEqual([422, 'ERR_VP_SIGNATURE'])
  })
})

describe("a company's wallet whose name leads inside our network is never asked", () => {
  test.each([
    '10-0-0-7.inside.example',
    '169-254-169-254.inside.example',
    '93-184-216-34.10-0-0-7.inside.example',
    '93-184-216-34.127-0-0-1.inside.example',
  ])('%s', async (host) => {
    const page = world.browser(`administrator of ${host}`)
    const company = await world.openCompany(`company at ${host}`, `https://${host}/didcomm`)
    const credential = await company.employ(`administrator of ${host}`, ['administrator'])
    const presentation = await page.present('register-company', [credential])
    const application = { kind: 'company', roles: ['service-user'], terms: '1', presentation }
    const { status, body } = await page.call('POST', '/v1/access/registrations', application)
    expect([status, body.status]).toEqual([200, 'pending'])
    const progress = async () => (await page.call('GET', `/v1/access/registrations/${body.account as Hex}`)).body
    await until(async () => (await progress()).reason !== undefined)
    expect((await progress()).reason).toMatch(/^ERR_FETCH_ADDRESS: /)
    await company.close()
  })
})
