import { accountRegistryAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AccessWorld, openAccessWorld } from '../../testing/access-world.ts'
import { until } from '../../testing/harness.ts'
import { ALL } from '../../testing/systems.ts'

let world: AccessWorld

beforeAll(async () => {
  world = await openAccessWorld([ALL])
})
afterAll(() => world?.close())

const onChain = (account: Hex) =>
  world.chain.client.readContract({
    ...{ address: world.chain.deployment.addresses.AccountRegistry, abi: accountRegistryAbi },
    ...{ functionName: 'accountOf', args: [account] },
  })
const apply = async (page: ReturnType<AccessWorld['browser']>, over: object = {}) =>
  page.call('POST', '/v1/access/registrations', { kind: 'citizen', roles: ['service-user'], terms: '1', ...over })

describe('a citizen', () => {
  test('applies, has the credential at once, shows the receipt, and is active here and on the chain', async () => {
    const ana = world.browser('Ana')
    const presentation = await ana.present('register-citizen', [await world.identityOf('Ana')])
    const { status, body } = await apply(ana, { presentation, roles: ['service-user', 'data-provider'] })
    expect([status, body.status, body.delivery]).toEqual([200, 'pending', 'response'])
    expect(await onChain(body.account)).toMatchObject({ status: 1, kind: 1, roles: 9, version: 1 })
    expect((await ana.call('GET', `/v1/access/registrations/${body.account}`)).body).toEqual({ status: 'pending' })

    const receipt = await ana.present('receipt', [body.credential], body.receipt)
    const taken = await ana.call('POST', '/v1/access/receipts', { presentation: receipt })
    expect(taken.body).toEqual({ account: body.account, status: 'active' })
    expect(await onChain(body.account)).toMatchObject({ status: 2, credentialHash: body.receipt.credentialHash })
    expect((await ana.call('GET', `/v1/access/registrations/${body.account}`)).body).toEqual({ status: 'active' })

    const { session } = (await ana.signIn([body.credential])).body
    expect(session).toMatchObject({
      ...{ did: ana.did, name: 'Ana', organisation: null, account: body.account, kind: 'citizen', operator: false },
      ...{ roles: ['service-user', 'data-provider'], actors: ['data-provider', 'service-user'] },
    })
    expect((await ana.call('GET', '/v1/access/session')).body.session).toEqual(session)
  })
})
