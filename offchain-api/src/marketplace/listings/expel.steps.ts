import { accessManagerAbi, accountRegistryAbi, listingRegistryAbi } from '@opem/contracts'
import { formatInstant, type Hex } from '@opem/domain'
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
  const manager = () =>
    ({ address: world.chain.deployment.addresses.AccessManager as Hex, abi: accessManagerAbi }) as const
  const registry = () => world.chain.deployment.addresses.ListingRegistry as Hex
  /** The name of the contract's refusal, undefined when it is done. */
  async function say(
    functionName: 'schedule' | 'execute' | 'cancel',
    by = administratorWallet,
    target = registry(),
  ): Promise<string | undefined> {
    const args = {
      schedule: [target, data, 0],
      execute: [target, data],
      cancel: [by.address, target, data],
    }[functionName]
    const call = { ...manager(), functionName, args: args as never, account: by }
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
  const notice = async () => {
    const tester = createTestClient({ chain: foundry, mode: 'anvil', transport: http(world.chain.anvil.url) })
    await tester.increaseTime({ seconds: TIMELOCK_SECONDS })
    await tester.mine({ blocks: 1 })
  }
  /** When what waits, as `data`, can be carried out, and when that lapses. */
  async function window(by = administratorWallet, target = registry()): Promise<[string, string]> {
    const of = { ...manager(), functionName: 'hashOperation', args: [by.address, target, data] } as const
    const operation = await world.chain.client.readContract(of)
    const at = await world.chain.client.readContract({ ...manager(), functionName: 'getSchedule', args: [operation] })
    return [formatInstant(at), formatInstant(at + 7 * 86_400)]
  }
  const stateOf = async (who: Trader) =>
    (await who.browser.call('GET', `/v1/market/services/${listing}`)).body.chain?.state as string
  const told = (account: Hex, kinds = ['listing-suspended', 'listing-removed']) =>
    world.rows<{ kind: string; title: string; text: string }>(
      `SELECT kind, title, body AS text FROM market_notifications WHERE account = $1 AND about ->> 'listing' = $2
         AND kind = ANY($3) ORDER BY id`,
      [account, listing, kinds],
    )
  const announced = async (account: Hex) =>
    (await told(account, ['listing-announced'])).map(({ title, text }) => [title, text])
  const ofAccount = async (account: Hex) =>
    (
      await world.rows<{ title: string; text: string }>(
        `SELECT title, body AS text FROM market_notifications WHERE account = $1 AND kind = 'account-changed' ORDER BY id`,
        [account],
      )
    ).map(({ title, text }) => [title, text])

  test('is not expelled at once, nor by anybody else, nor before the notice is over', async () => {
    expect(await say('execute')).toBe('AccessManagerNotScheduled')
    expect(await say('schedule', world.provider.wallet)).toBe('AccessManagerUnauthorizedCall')
    expect(await say('schedule')).toBeUndefined()
    expect(await say('execute')).toBe('AccessManagerNotReady')
    await world.followed()
    expect(await stateOf(world.provider)).toBe('published')
  })

  test('its provider and its users hear at once that it is announced, why, and when it takes effect', async () => {
    const [from, before] = await window()
    const when = `It takes effect when it is carried out, from ${from} on and before ${before}; until then everything stays as it is.`
    expect(await announced(world.provider.account)).toEqual([
      [
        'To be removed: Dubious forecast',
        `The operator announced to remove it for ever; agreements under it go on. ${when} Reason: It sells what others measured.`,
      ],
    ])
    expect(await announced(world.consumer.account)).toEqual([
      [
        'To be removed: Dubious forecast',
        `The operator announced to remove it for ever; your agreement goes on to its end, and no other follows. ${when} Reason: It sells what others measured.`,
      ],
    ])
  })

  test('they hear when that is cancelled, and of nothing twice, after a restart either', async () => {
    const [from] = await window()
    expect(await say('cancel')).toBeUndefined()
    await world.followed()
    await world.restart()
    expect(await say('schedule')).toBeUndefined()
    await world.followed()
    const heard = await announced(world.provider.account)
    expect(heard.map(([title]) => title)).toEqual([
      'To be removed: Dubious forecast',
      'Stays: Dubious forecast',
      'To be removed: Dubious forecast',
    ])
    expect(heard[1]![1]).toBe(
      `The operator had announced, for ${from}, to remove it for ever; agreements under it go on. That was cancelled.`,
    )
    expect((await announced(world.consumer.account)).map(([title]) => title)).toEqual(heard.map(([title]) => title))
  })

  test('is removed when the notice is over: nobody finds or contracts it any more', async () => {
    await notice()
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

  test('an account hears that its suspension is announced, that it is cancelled, and when it is suspended', async () => {
    const { trader, chain } = world
    const sam = await trader('Suspended Sam', ['service-user'])
    const accounts = chain.deployment.addresses.AccountRegistry as Hex
    const slow = operator.wallet
    // An operator who decides with notice: nothing but the administrator gives that role, with notice too.
    data = encodeFunctionData({
      abi: accessManagerAbi,
      functionName: 'grantRole',
      args: [3n, slow.address, TIMELOCK_SECONDS],
    })
    expect(await say('schedule', administratorWallet, manager().address)).toBeUndefined()
    await notice()
    expect(await say('execute', administratorWallet, manager().address)).toBeUndefined()

    data = encodeFunctionData({ abi: accountRegistryAbi, functionName: 'suspend', args: [sam.account] })
    expect(await say('schedule', slow, accounts)).toBeUndefined()
    const [from, before] = await window(slow, accounts)
    expect(await say('cancel', slow, accounts)).toBeUndefined()
    expect(await say('schedule', slow, accounts)).toBeUndefined()
    await notice()
    expect(await say('execute', slow, accounts)).toBeUndefined()
    await world.followed()
    const heard = await ofAccount(sam.account)
    expect(heard.map(([title]) => title)).toEqual([
      'Your account is to be suspended',
      'Your account stays as it is',
      'Your account is to be suspended',
      'Your account was suspended',
    ])
    expect(heard[0]![1]).toBe(
      `The operator announced to suspend your account: nobody signs in with it until it is reinstated. It takes effect when it is carried out, from ${from} on and before ${before}; until then everything stays as it is. The chain holds no reason: ask whoever operates the marketplace.`,
    )
    expect(heard[3]![1]).toBe('The operator suspended it: nobody signs in with it until it is reinstated.')
    const logged = await world.rows(
      `SELECT action FROM market_audit_log WHERE account = $1 AND action LIKE 'decision.%' ORDER BY number`,
      [sam.account],
    )
    expect(logged.map(({ action }) => action)).toEqual([
      'decision.announced',
      'decision.cancelled',
      'decision.announced',
    ])
  })
}
