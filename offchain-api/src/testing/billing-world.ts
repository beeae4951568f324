import { join } from 'node:path'
import { developmentEuroAbi } from '@opem/contracts'
import type { Hex, ListingDocument } from '@opem/domain'
import { createKeyFile } from '@opem/ssi'
import { createTestClient, http, parseEther } from 'viem'
import { foundry } from 'viem/chains'
import { administratorWallet } from './founded-community.ts'
import { temporaryFolder, until } from './harness.ts'
import { openMarketWorld, SERVICE, type Trader } from './market-world.ts'

const BILLED_SERVICE: ListingDocument = {
  ...SERVICE,
  dataNeeded: [],
  plans: [
    { id: 'once', kind: 'one-time', price: 12_500_000 },
    { id: 'dear', kind: 'one-time', price: 5_000_000_000 },
    { id: 'hourly', kind: 'subscription', price: 1_000_000, interval: 3600 },
    { id: 'call', kind: 'pay-per-use', price: 20_000, unit: 'forecast', credit: 40_000 },
    { id: 'bank', kind: 'bank', price: 10_000_000, interval: 31_536_000 },
  ],
}

export interface Said {
  readonly status: number
  readonly type: string | null
  /** Whether it is the answer that was kept for the same request under the same Idempotency-Key. */
  readonly replayed: boolean
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers as they come
  readonly body: any
}

export type BillingWorld = Awaited<ReturnType<typeof openBillingWorld>>

/**
 * A market that pays what is due by itself: a provider and a consumer with 100 EUR in the purse, a stranger who is neither, and the
 * operator. The billing key has ether and 1,000 EUR to give away.
 */
export async function openBillingWorld({ environment = {} }: { readonly environment?: Record<string, string> } = {}) {
  const folder = await temporaryFolder()
  const billingKey = join(folder.path, 'billing.json')
  const { address: payer } = await createKeyFile(billingKey)
  const world = await openMarketWorld({ environment: { OPEM_BILLING_KEY_FILE: billingKey, ...environment } })
  const { chain } = world
  const { Escrow: escrow, EuroToken: token } = chain.deployment.addresses as Record<string, Hex>
  await world.mined(await chain.administrator.sendTransaction({ chain: null, to: payer, value: parseEther('5') }))
  await world.mined(
    await world.walletClient(administratorWallet).writeContract({
      ...{ chain: null, address: token!, abi: developmentEuroAbi, functionName: 'mint' },
      args: [payer, 1_000_000_000n],
    }),
  )
  const provider = await world.trader('Provider', ['service-provider'])
  const consumer = await world.trader('Consumer', ['service-user'])
  const stranger = await world.trader('Stranger', ['service-user'])
  const operator = await world.trader('operator', ['service-user'])
  const listing = await world.publish(provider, BILLED_SERVICE)
  await world.deposit(consumer, 100_000_000n)

  /** An agreement under one of the plans. */
  const under = (plan: string) => world.conclude(consumer, provider, listing, { plan })

  /** As somebody, or as nobody. */
  async function ask(
    who: Trader | undefined,
    method: string,
    path: string,
    { body, key }: { readonly body?: unknown; readonly key?: string } = {},
  ): Promise<Said> {
    const cookie = [...(who?.browser.cookies ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(`${world.api().url}${path}`, {
      method,
      headers: {
        ...(cookie !== '' && { cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const type = response.headers.get('content-type')
    return {
      ...{ status: response.status, type, replayed: response.headers.has('idempotency-replayed') },
      body: /json/.test(type ?? '') ? await response.json() : await response.text(),
    }
  }
  /** Status and code of a refusal. */
  const refusal = async (...asked: Parameters<typeof ask>): Promise<unknown[]> => {
    const { status, body } = await ask(...asked)
    return [status, body.code]
  }

  /** The payment of an agreement with a number, once it is in a state. */
  async function payment(agreement: Hex, state: string, number = 0): Promise<Hex> {
    const found = () =>
      world.rows<{ payment: Hex }>(
        'SELECT payment FROM market_payments WHERE agreement = $1 AND number = $2 AND state = $3',
        [agreement, number, state],
      )
    await until(async () => (await found()).length === 1, 30)
    return (await found())[0]!.payment
  }

  return {
    ...{ ...world, folder, payer, escrow: escrow!, token: token!, provider, consumer, stranger, operator, listing },
    ...{ under, ask, refusal, payment },
    tester: createTestClient({ chain: foundry, mode: 'anvil', transport: http(chain.anvil.url) }),
    async close() {
      await world.close()
      await folder.remove()
    },
  }
}
