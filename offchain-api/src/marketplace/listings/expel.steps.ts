import { accessManagerAbi, listingRegistryAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { type BaseError, ContractFunctionRevertedError, createTestClient, encodeFunctionData, http } from 'viem'
import { foundry } from 'viem/chains'
import { beforeAll, expect, test } from 'vitest'
import { administratorWallet } from '../../testing/founded-community.ts'
import type { Trader } from '../../testing/market-world.ts'
import { runInstance } from '../../testing/provider-service.ts'
import { PAID_SERVICE, type ServiceWorld, TIMELOCK_SECONDS } from '../../testing/service-world.ts'

/** The governor expels a listing behind the timelock: the chain, the API's view of it, and who is told. */
export function expelSteps(open: () => ServiceWorld): void {
  let world: ServiceWorld
  let operator: Trader
  let listing: Hex
  let agreement: Hex
  let data: Hex

  beforeAll(async () => {
    world = open()
    const { provider, consumer, service } = world
    operator = await world.trader('operator', ['service-user'])
    listing = await drafted('Dubious forecast')
    ;({ id: agreement } = await world.conclude(consumer, provider, listing))
    await runInstance(provider, consumer, agreement, service.baseUrl)
    const words = { words: 'It sells what others measured.' }
    const { body } = await operator.browser.call('POST', `/v1/market/listings/${listing}/reasons`, words)
    data = encodeFunctionData({ abi: listingRegistryAbi, functionName: 'expel', args: [listing, body.reason] })
  })

  async function drafted(title: string): Promise<Hex> {
    const document = { ...PAID_SERVICE, title }
    const { body } = await world.provider.browser.call('POST', '/v1/market/services', { document })
    return world.publish(world.provider, document, body.listing)
  }
  const registry = () => world.chain.deployment.addresses.ListingRegistry as Hex
  /** The name of the contract's refusal, undefined when it is done. */
  async function say(functionName: 'schedule' | 'execute', by = administratorWallet): Promise<string | undefined> {
    const manager = { address: world.chain.deployment.addresses.AccessManager as Hex, abi: accessManagerAbi } as const
    const args = functionName === 'schedule' ? [registry(), data, 0] : [registry(), data]
    const call = { ...manager, functionName, args: args as never, account: by }
    const refused = await world.chain.client.simulateContract(call).then(
      () => undefined,
      (cause: BaseError) => {
        const reverted = cause.walk((one) => one instanceof ContractFunctionRevertedError)
        return (reverted as ContractFunctionRevertedError | null)?.data?.errorName ?? cause.shortMessage
      },
    )
    if (refused === undefined)
      await world.mined(await world.walletClient(by).writeContract({ ...call, account: by, chain: null } as never))
    return refused
  }
  const stateOf = async (who: Trader) =>
    (await who.browser.call('GET', `/v1/market/services/${listing}`)).body.chain?.state as string
  const told = (account: Hex) =>
    world.rows<{ kind: string; title: string; text: string }>(
      `SELECT kind, title, body AS text FROM market_notifications WHERE account = $1 AND about ->> 'listing' = $2
         AND kind IN ('listing-suspended', 'listing-removed') ORDER BY id`,
      [account, listing],
    )

  test('is not expelled at once, nor by anybody else, nor before the notice is over', async () => {
    expect(await say('execute')).toBe('AccessManagerNotScheduled')
    expect(await say('schedule', world.provider.wallet)).toBe('AccessManagerUnauthorizedCall')
    expect(await say('schedule')).toBeUndefined()
    expect(await say('execute')).toBe('AccessManagerNotReady')
    await world.followed()
    expect(await stateOf(world.provider)).toBe('published')
  })

  test('is removed when the notice is over: nobody finds or contracts it any more', async () => {
    const tester = createTestClient({ chain: foundry, mode: 'anvil', transport: http(world.chain.anvil.url) })
    await tester.increaseTime({ seconds: TIMELOCK_SECONDS })
    await tester.mine({ blocks: 1 })
    expect(await say('execute')).toBeUndefined()
    await world.followed()
    expect(await stateOf(world.provider)).toBe('removed')
    const found = await world.consumer.browser.call('GET', '/v1/market/listings?text=dubious')
    expect(found.body.items).toEqual([])
    const draft = { listing, plan: 'trial', parameters: { horizon: '24' } }
    const { status, body } = await world.consumer.browser.call('POST', '/v1/agreements/drafts', draft)
    expect([status, body.code]).toEqual([409, 'ERR_LISTING_NOT_OFFERED'])
  })

  test('its provider and its users are told, with the reason', async () => {
    expect(await told(world.provider.account)).toEqual([
      {
        kind: 'listing-removed',
        title: 'Now removed: Dubious forecast',
        text: 'It was removed for ever. Agreements under it go on. Reason: It sells what others measured.',
      },
    ])
    expect(await told(world.consumer.account)).toEqual([
      {
        kind: 'listing-removed',
        title: 'Removed: Dubious forecast',
        text: 'It was removed for ever. Your agreement goes on to its end, and no other follows. Reason: It sells what others measured.',
      },
    ])
  })

  test('agreements under it go on', async () => {
    const { status } = await world.consumer.browser.call('GET', `/v1/services/${agreement}/day`)
    expect(status).toBe(200)
  })

  test('of a suspended listing users hear as well, and when it is reinstated', async () => {
    const { provider, consumer } = world
    listing = await drafted('Late forecast')
    await world.conclude(consumer, provider, listing)
    await world.operatorSays('suspend', listing)
    await world.operatorSays('reinstate', listing)
    await world.followed()
    expect((await told(consumer.account)).map(({ title, text }) => [title, text])).toEqual([
      ['Suspended: Late forecast', 'The operator suspended it: nobody uses it until it is reinstated.'],
      ['Open again: Late forecast', 'It was reinstated: it can be used again.'],
    ])
  })
}
