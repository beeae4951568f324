import { type Agreement, extensionTypedData, paymentId } from '@opem/domain'
import fc from 'fast-check'
import { BaseError, ContractFunctionRevertedError, type Hash, type Hex, keccak256, zeroAddress, zeroHash } from 'viem'
import { compositionRegistryAbi, openInnovationAbi } from '../abi/index.ts'
import { idOf, type Market, type Party, type PublishedListing } from './market.ts'

/** One step of a life: what is tried, on which of what there is, and a number for it. */
type Step = readonly [step: keyof ReturnType<typeof stepsOf>, which: number, value: number]

/** Everything that was ever made in a life. */
export interface Life {
  readonly parties: readonly Party[]
  readonly listings: PublishedListing[]
  readonly agreements: { readonly id: Hex; readonly agreement: Agreement }[]
  readonly payments: Hex[]
  readonly requests: Hex[]
  readonly proposals: { readonly id: Hex; readonly request: Hex; readonly provider: Party }[]
  readonly compositions: { readonly id: Hex; readonly listings: readonly PublishedListing[] }[]
}

const keccak = (bytes: Uint8Array) => keccak256(bytes, 'bytes')

/**
 * Lives a market: one step of every kind in an order in which they succeed, then `steps` random ones of the seed. What a
 * contract refuses does not happen.
 */
export async function liveMarket(market: Market, { seed, steps }: { seed: number; steps: number }): Promise<Life> {
  const { provider, consumer, party, euros } = market
  const both = await party('both sides', ['service-provider', 'service-user', 'data-provider', 'data-user'])
  await euros(both.address, '1000')
  const life: Life = {
    ...{ parties: [provider, consumer, both], listings: [], agreements: [], payments: [] },
    ...{ requests: [], proposals: [], compositions: [] },
  }
  const tries = stepsOf(market, life)
  const names = Object.keys(tries) as (keyof typeof tries)[]
  const anyStep: fc.Arbitrary<Step> = fc.tuple(
    fc.constantFrom(...names),
    fc.nat(1000),
    fc.integer({ min: 1, max: 1000 }),
  )
  const random = fc.sample(anyStep, { numRuns: steps, seed })
  for (const [step, which, value] of [...TOUR, ...random]) {
    await tries[step](which, value).catch((error: unknown) => {
      const refused = error instanceof BaseError && error.walk((it) => it instanceof ContractFunctionRevertedError)
      if (!refused) throw error
    })
  }
  return life
}

/** Reaches every state of everything once. */
const TOUR: readonly Step[] = [
  ...([
    ['publish', 0, 1],
    ['publish', 2, 1],
    ['deposit', 1, 49],
    ['deposit', 2, 49],
  ] as const),
  ...([
    ['agree', 1, 0],
    ['agree', 1, 1],
    ['agree', 1, 2],
    ['agree', 1, 3],
    ['agree', 1, 4],
  ] as const),
  ...([
    ['pay', 1, 1],
    ['wait', 0, 1000],
  ] as const),
  ...([
    ['pay', 2, 1],
    ['pay', 2, 2],
    ['pay', 2, 3],
    ['pay', 2, 4],
    ['pay', 2, 5],
  ] as const),
  ...([
    ['accept', 0, 1],
    ['refund', 0, 6],
    ['dispute', 1, 1],
    ['decide', 1, 300],
    ['dispute', 2, 1],
  ] as const),
  ...([
    ['refund', 3, 9],
    ['dispute', 4, 1],
    ['decide', 4, 1000],
    ['refund', 5, 7],
    ['wait', 0, 1000],
  ] as const),
  ...([
    ['release', 3, 1],
    ['wait', 0, 1000],
    ['lapse', 2, 1],
    ['bank', 4, 119],
  ] as const),
  ...([
    ['reserve', 3, 200],
    ['reserve', 3, 100],
    ['claim', 3, 90],
    ['claim', 3, 120],
  ] as const),
  ...([
    ['closeReserve', 3, 1],
    ['wait', 0, 1000],
    ['reclaim', 3, 1],
    ['reserve', 3, 50],
    ['closeReserve', 3, 1],
  ] as const),
  ...([
    ['withdraw', 1, 5],
    ['fees', 0, 1],
    ['update', 1, 1],
    ['extend', 1, 1],
  ] as const),
  ...([
    ['terminate', 0, 1],
    ['terminate', 3, 2],
  ] as const),
  ...([
    ['offer', 0, 2],
    ['offer', 0, 0],
    ['offer', 0, 2],
    ['take', 0, 1],
  ] as const),
  ...([
    ['request', 1, 1],
    ['propose', 0, 1],
    ['propose', 0, 2],
    ['unpropose', 0, 1],
    ['choose', 1, 1],
  ] as const),
  ...([
    ['request', 1, 2],
    ['unrequest', 1, 1],
  ] as const),
  ...([
    ['compose', 1, 1],
    ['approve', 0, 0],
    ['approve', 0, 1],
    ['uncompose', 0, 1],
  ] as const),
  ...([
    ['compose', 1, 2],
    ['approve', 1, 0],
    ['reject', 1, 1],
  ] as const),
  ...([
    ['stop', 1, 1],
    ['start', 1, 1],
    ['suspend', 1, 1],
    ['reinstate', 1, 1],
  ] as const),
  ...([
    ['publish', 0, 3],
    ['suspend', 2, 1],
    ['remove', 2, 1],
    ['publish', 0, 1],
  ] as const),
]

function stepsOf(market: Market, life: Life) {
  const { client, operator, contracts, addresses, mined, now } = market
  const { listings, agreements, escrow } = contracts
  const innovation = { address: addresses.OpenInnovation, abi: openInnovationAbi } as const
  const compositions = { address: addresses.CompositionRegistry, abi: compositionRegistryAbi } as const
  const write = operator.writeContract
  let made = 0
  const next = (what: string): Hex => idOf(`${what} ${++made}`)
  const pick = <T>(of: readonly T[], which: number): T | undefined => of[which % of.length]
  const partyOf = (address: string): Party => life.parties.find((one) => one.address === address)!
  const sent = async (hash: Promise<Hash>) => void (await mined(await hash))
  const words = (value: number): Hex => (value % 2 === 0 ? zeroHash : idOf(`reason ${value}`))
  const eur = (value: number) => BigInt(value) * 100_003n

  /** A step on one of what there is; nothing happens while there is none. */
  const on =
    <T>(of: readonly T[], step: (one: T, value: number) => Promise<void>) =>
    async (which: number, value: number): Promise<void> => {
      const one = pick(of, which)
      if (one !== undefined) await step(one, value)
    }
  /** The provider of a listing now: it may have been handed over. */
  const providerOf = async ({ listing }: PublishedListing): Promise<Party> =>
    partyOf((await client.readContract({ ...listings, functionName: 'listingOf', args: [listing] })).provider)
  const asProvider = async (of: PublishedListing) => ({ ...listings, account: (await providerOf(of)).signer })
  const current = async (of: PublishedListing): Promise<PublishedListing> => {
    const { version } = await client.readContract({ ...listings, functionName: 'listingOf', args: [of.listing] })
    return { listing: of.listing, version, provider: await providerOf(of) }
  }
  const payment = async (id: Hex) => client.readContract({ ...escrow, functionName: 'paymentOf', args: [id] })

  return {
    publish: async (which: number, value: number) => {
      const one = await market.publishListing(pick(life.parties, which)!, { kind: value % 2 === 0 ? 1 : 0 })
      life.listings.push(one)
    },
    update: on(life.listings, async (one, value) => {
      const { version, provider } = await current(one)
      const { kind } = await client.readContract({ ...listings, functionName: 'listingOf', args: [one.listing] })
      const change = { listing: one.listing, version: version + 1, kind, content: next(`content ${value}`) }
      await market.publishListing(provider, change)
    }),
    stop: on(life.listings, async (one, value) => {
      const call = await asProvider(one)
      await sent(write({ ...call, functionName: 'stop', args: [one.listing, words(value)] }))
    }),
    start: on(life.listings, async (one) => {
      const call = await asProvider(one)
      await sent(write({ ...call, functionName: 'start', args: [one.listing] }))
    }),
    remove: on(life.listings, async (one, value) => {
      // Most listings stay, so that something happens.
      if (value % 5 !== 1) return
      const call = await asProvider(one)
      await sent(write({ ...call, functionName: 'remove', args: [one.listing, words(value)] }))
    }),
    offer: on(life.listings, async (one, value) => {
      const to = value === 0 ? zeroAddress : pick(life.parties, value)!.address
      const call = await asProvider(one)
      await sent(write({ ...call, functionName: 'offer', args: [one.listing, to] }))
    }),
    take: on(life.listings, async (one) => {
      const to = await client.readContract({ ...listings, functionName: 'offerOf', args: [one.listing] })
      if (to === zeroAddress) return
      const call = { ...listings, account: partyOf(to).signer }
      await sent(write({ ...call, functionName: 'accept', args: [one.listing] }))
    }),
    suspend: on(life.listings, async (one, value) =>
      sent(write({ ...listings, functionName: 'suspend', args: [one.listing, words(value)] })),
    ),
    reinstate: on(life.listings, async (one) =>
      sent(write({ ...listings, functionName: 'reinstate', args: [one.listing] })),
    ),

    agree: async (which: number, value: number) => {
      const [known, consumer] = [pick(life.listings, which), life.parties[1 + ((value >> 3) % 2)]!]
      if (known === undefined) return
      const plan = value % 5
      const price = plan === 0 ? 0n : plan === 3 ? 3n : eur(1 + (value % 50))
      const interval = plan === 2 ? 86_400 : 0
      const end = value % 2 === 0 ? 0 : (await now()) + 400 * 86_400
      const notice = value * 100
      life.agreements.push(
        await market.concludeAgreement(await current(known), consumer, { plan, price, interval, end, notice }),
      )
    },
    terminate: on(life.agreements, async ({ agreement }, value) => {
      const [asProviderSide, reason] = [value % 2 === 0, words(value)]
      const account = partyOf(asProviderSide ? agreement.provider : agreement.consumer).signer
      const args = [agreement, asProviderSide, reason] as const
      await sent(write({ ...agreements, account, functionName: 'terminate', args }))
    }),
    extend: on(life.agreements, async ({ id, agreement }, value) => {
      const { endsAt } = await client.readContract({ ...agreements, functionName: 'standingOf', args: [id] })
      const [end, deadline] = [endsAt + value, 2n ** 40n]
      const typed = extensionTypedData({
        chainId: 31_337,
        agreements: agreements.address,
        extension: { agreement: id, end, deadline },
      })
      const signed = await Promise.all(
        [agreement.consumer, agreement.provider].map((side) => partyOf(side).signer.signTypedData(typed)),
      )
      const args = [agreement, end, deadline, signed[0]!, signed[1]!] as const
      await sent(write({ ...agreements, functionName: 'extend', args }))
    }),

    deposit: async (which: number, value: number) =>
      market.deposit(pick(life.parties, which)!, `${value % 50}.${value % 10}1`),
    withdraw: async (which: number, value: number) => {
      const { address, signer } = pick(life.parties, which)!
      await sent(write({ ...escrow, account: signer, functionName: 'withdraw', args: [address, eur(value % 20) + 1n] }))
    },
    fees: async () => {
      const args = [life.parties.map(({ address }) => address)] as const
      await sent(write({ ...escrow, functionName: 'withdrawFees', args }))
    },
    pay: on(life.agreements, async ({ id, agreement }, value) => {
      const number = agreement.plan === 2 ? value % 8 : 0
      await sent(write({ ...escrow, functionName: 'pay', args: [agreement, number] }))
      life.payments.push(paymentId(keccak, id, number))
    }),
    accept: on(life.payments, async (id) => {
      const account = partyOf((await payment(id)).consumer).signer
      await sent(write({ ...escrow, account, functionName: 'accept', args: [id] }))
    }),
    release: on(life.payments, async (id) => sent(write({ ...escrow, functionName: 'release', args: [id] }))),
    dispute: on(life.payments, async (id, value) => {
      const account = partyOf((await payment(id)).consumer).signer
      await sent(write({ ...escrow, account, functionName: 'dispute', args: [id, words(value)] }))
    }),
    decide: on(life.payments, async (id, value) => {
      const { amount } = await payment(id)
      const args = [id, (amount * BigInt(value)) / 1000n, words(value)] as const
      await sent(write({ ...escrow, functionName: 'decide', args }))
    }),
    lapse: on(life.payments, async (id) => sent(write({ ...escrow, functionName: 'lapse', args: [id] }))),
    refund: on(life.payments, async (id, value) => {
      const { provider, amount } = await payment(id)
      const back = value % 7 === 0 ? amount : amount / BigInt(value + 1)
      await sent(write({ ...escrow, account: partyOf(provider).signer, functionName: 'refund', args: [id, back] }))
    }),
    bank: on(life.agreements, async ({ agreement }, value) => {
      const args = [agreement, 0, idOf(`invoice ${value}`), eur(value)] as const
      await sent(write({ ...escrow, functionName: 'recordBankSettlement', args }))
    }),

    reserve: on(life.agreements, async ({ agreement }, value) => {
      const account = partyOf(agreement.consumer).signer
      await sent(write({ ...escrow, account, functionName: 'reserve', args: [agreement, BigInt(value) * 10_007n] }))
    }),
    claim: on(life.agreements, async ({ id, agreement }, value) => {
      const { claimed } = await client.readContract({ ...escrow, functionName: 'reserveOf', args: [id] })
      const cumulative = claimed + BigInt(value) * 1009n
      const signature = await market.signVoucher(partyOf(agreement.consumer).signer, id, cumulative)
      await sent(write({ ...escrow, functionName: 'claim', args: [id, cumulative, signature] }))
    }),
    closeReserve: on(life.agreements, async ({ id, agreement }) => {
      const account = partyOf(agreement.consumer).signer
      await sent(write({ ...escrow, account, functionName: 'closeReserve', args: [id] }))
    }),
    reclaim: on(life.agreements, async ({ id }) => sent(write({ ...escrow, functionName: 'reclaim', args: [id] }))),

    request: async (which: number, value: number) => {
      const [{ address, signer }, id] = [pick(life.parties, which)!, next('request')]
      const args = [id, address, idOf(`wish ${value}`), (await now()) + value * 3600] as const
      await sent(write({ ...innovation, account: signer, functionName: 'request', args }))
      life.requests.push(id)
    },
    unrequest: on(life.requests, async (id) => {
      const { user } = await client.readContract({ ...innovation, functionName: 'requestOf', args: [id] })
      await sent(write({ ...innovation, account: partyOf(user).signer, functionName: 'withdrawRequest', args: [id] }))
    }),
    propose: on(life.requests, async (request, value) => {
      const [provider, id] = [pick(life.parties, value % 2 === 0 ? 2 : 0)!, next('proposal')]
      const args = [request, id, provider.address, idOf(`offer ${value}`)] as const
      await sent(write({ ...innovation, account: provider.signer, functionName: 'propose', args }))
      life.proposals.push({ id, request, provider })
    }),
    unpropose: on(life.proposals, async ({ id, provider }) =>
      sent(write({ ...innovation, account: provider.signer, functionName: 'withdrawProposal', args: [id] })),
    ),
    choose: on(life.proposals, async ({ id, request }) => {
      const { user } = await client.readContract({ ...innovation, functionName: 'requestOf', args: [request] })
      const args = [request, id] as const
      await sent(write({ ...innovation, account: partyOf(user).signer, functionName: 'choose', args }))
    }),

    compose: async (which: number, value: number) => {
      const [user, id] = [pick(life.parties, which)!, next('composition')]
      const chain = [pick(life.listings, which)!, pick(life.listings, which + value)!]
      if (chain.includes(undefined!)) return
      const args = [id, user.address, chain.map(({ listing }) => listing), idOf(`chain ${value}`)] as const
      await sent(write({ ...compositions, account: user.signer, functionName: 'request', args }))
      life.compositions.push({ id, listings: chain })
    },
    approve: on(life.compositions, async ({ id, listings: chain }, value) => {
      const index = value % 2
      const account = (await providerOf(chain[index]!)).signer
      await sent(write({ ...compositions, account, functionName: 'decide', args: [id, index, true, zeroHash] }))
    }),
    reject: on(life.compositions, async ({ id, listings: chain }, value) => {
      const index = value % 2
      const account = (await providerOf(chain[index]!)).signer
      await sent(write({ ...compositions, account, functionName: 'decide', args: [id, index, false, words(value)] }))
    }),
    uncompose: on(life.compositions, async ({ id }) => {
      const { user } = await client.readContract({ ...compositions, functionName: 'compositionOf', args: [id] })
      await sent(write({ ...compositions, account: partyOf(user).signer, functionName: 'withdraw', args: [id] }))
    }),

    /** Up to nine days: longer than a consumer may dispute. */
    wait: async (_: number, value: number) => market.wait(value * 780),
  }
}
