import {
  type Actor,
  AUTHORISATION_MATRIX,
  type Capability,
  type ListingApproval,
  MARKET_ROLES,
  type MarketRole,
  roleBits,
} from '@opem/domain'
import { BaseError, ContractFunctionRevertedError, type Hex, zeroHash } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  agreementRegistryAbi,
  compositionRegistryAbi,
  developmentEuroAbi,
  escrowAbi,
  listingRegistryAbi,
  openInnovationAbi,
} from './abi/index.ts'
import { idOf, type Market, micro, openMarket, type Party, type PublishedListing } from './testing/market.ts'

// Two companies with all four roles; of each, one representative in each role. Whoever calls acts for them in that role only.
type Side = 'provider' | 'consumer'
let market: Market
const companies = {} as Record<Side, Party>
const representatives = {} as Record<Side, Record<MarketRole, PrivateKeyAccount>>
let service: PublishedListing
let data: PublishedListing
let stopped: PublishedListing
let offered: PublishedListing

beforeAll(async () => {
  market = await openMarket()
  for (const side of ['provider', 'consumer'] as const) {
    const company = await market.party(`company ${side}`, MARKET_ROLES)
    companies[side] = company
    await market.euros(company.address, '1000')
    await market.deposit(company, '500')
    representatives[side] = {} as Record<MarketRole, PrivateKeyAccount>
    for (const role of MARKET_ROLES)
      representatives[side][role] = await market.representative(company, role, `${side} ${role}`)
  }
  const { provider, consumer } = companies
  service = await market.publishListing(provider)
  data = await market.publishListing(provider, { kind: 1 })
  stopped = await market.publishListing(provider)
  offered = await market.publishListing(provider)
  await send(listings('stop', stopped.listing, zeroHash), provider.signer)
  await send(listings('offer', offered.listing, consumer.address), provider.signer)
  await send(innovation('request', idOf('wish'), consumer.address, idOf('content'), FAR), consumer.signer)
  await send(innovation('propose', idOf('wish'), idOf('answer'), provider.address, idOf('content')), provider.signer)
  await send(
    compositions('request', idOf('chain'), consumer.address, [service.listing, offered.listing], idOf('c')),
    consumer.signer,
  )
  const paid = await market.concludeAgreement(service, consumer, { plan: 1, price: micro('10') })
  await send(escrow('pay', paid.agreement, 0), consumer.signer)
  payment = (await market.client.readContract({
    ...{ address: market.addresses.Escrow, abi: escrowAbi, functionName: 'paymentIdOf', args: [paid.id, 0] },
  })) as Hex
  ;({ agreement: running } = paid)
  ;({ agreement: metered } = await market.concludeAgreement(service, consumer, { plan: 3, price: micro('1') }))
}, 180_000)
afterAll(() => market?.close())

const FAR = 2n ** 40n - 1n
let payment: Hex
let running: Awaited<ReturnType<Market['concludeAgreement']>>['agreement']
let metered: typeof running

interface Call {
  readonly address: Hex
  readonly abi: readonly unknown[]
  readonly functionName: string
  readonly args: readonly unknown[]
}
const calls =
  (contract: keyof Market['addresses'], abi: readonly unknown[]) =>
  (functionName: string, ...args: readonly unknown[]): Call => ({
    ...{ address: market.addresses[contract] as Hex, abi, functionName, args },
  })
const listings = calls('ListingRegistry', listingRegistryAbi)
const agreements = calls('AgreementRegistry', agreementRegistryAbi)
const innovation = calls('OpenInnovation', openInnovationAbi)
const compositions = calls('CompositionRegistry', compositionRegistryAbi)
const escrow = calls('Escrow', escrowAbi)

const send = async (call: Call, account: PrivateKeyAccount) =>
  market.mined(await market.operator.writeContract({ ...call, account } as never))

/** What the chain says to a call: nothing, or the name of its error. */
async function refusalOf(call: Call, account: PrivateKeyAccount): Promise<string | undefined> {
  try {
    await market.client.simulateContract({ ...call, account } as never)
    return undefined
  } catch (cause) {
    const reverted = cause instanceof BaseError && cause.walk((one) => one instanceof ContractFunctionRevertedError)
    return reverted instanceof ContractFunctionRevertedError ? (reverted.data?.errorName ?? 'reverted') : String(cause)
  }
}

const approved = async (kind: number, words: string) => {
  const approval: ListingApproval = {
    ...{ listing: idOf(words), provider: companies.provider.address, kind, version: 1, content: idOf('content') },
    ...{ providerContract: idOf('contract'), deadline: FAR },
  }
  return listings('publish', approval, await market.approve(approval))
}

/** `conclude` with one side's signature by whoever is asked about, relayed by a third party. */
async function concluded(listing: PublishedListing, side: Side, signer: PrivateKeyAccount) {
  const terms = await market.termsOf(listing, companies.consumer)
  const own = await market.signAgreement(signer, terms)
  const other = await market.signAgreement(companies[side === 'provider' ? 'consumer' : 'provider'].signer, terms)
  return agreements('conclude', terms, ...(side === 'consumer' ? [own, other] : [other, own]))
}

const PROVIDERS = ['data-provider', 'service-provider'] as const
const USERS = ['data-user', 'service-user'] as const

// Every function that somebody calls or signs in a role: its row of Table 5, what it is, for which company, in which roles.
const FUNCTIONS: [
  capability: Capability,
  what: string,
  side: Side,
  roles: readonly MarketRole[],
  call: (signer: PrivateKeyAccount) => Call | Promise<Call>,
][] = [
  ['publish', 'publish a service', 'provider', ['service-provider'], () => approved(0, 'new service')],
  ['share-data', 'publish data', 'provider', ['data-provider'], () => approved(1, 'new data')],
  ['publish', 'stop a service', 'provider', ['service-provider'], () => listings('stop', service.listing, zeroHash)],
  ['share-data', 'stop data', 'provider', ['data-provider'], () => listings('stop', data.listing, zeroHash)],
  ['publish', 'start a service', 'provider', ['service-provider'], () => listings('start', stopped.listing)],
  [
    'publish',
    'remove a service',
    'provider',
    ['service-provider'],
    () => listings('remove', service.listing, zeroHash),
  ],
  ['share-data', 'remove data', 'provider', ['data-provider'], () => listings('remove', data.listing, zeroHash)],
  [
    'publish',
    'offer a service',
    'provider',
    ['service-provider'],
    () => listings('offer', service.listing, companies.consumer.address),
  ],
  ['publish', 'take over a service', 'consumer', ['service-provider'], () => listings('accept', offered.listing)],
  [
    'use-service',
    'conclude as user of a service',
    'consumer',
    ['service-user'],
    (signer) => concluded(service, 'consumer', signer),
  ],
  [
    'access-data',
    'conclude as user of data',
    'consumer',
    ['data-user'],
    (signer) => concluded(data, 'consumer', signer),
  ],
  [
    'provisioning',
    'conclude as provider of a service',
    'provider',
    ['service-provider'],
    (signer) => concluded(service, 'provider', signer),
  ],
  [
    'provisioning',
    'conclude as provider of data',
    'provider',
    ['data-provider'],
    (signer) => concluded(data, 'provider', signer),
  ],
  [
    'contracting',
    'terminate as provider',
    'provider',
    PROVIDERS,
    () => agreements('terminate', running, true, zeroHash),
  ],
  ['contracting', 'terminate as consumer', 'consumer', USERS, () => agreements('terminate', running, false, zeroHash)],
  ['billing', 'accept a payment', 'consumer', USERS, () => escrow('accept', payment)],
  ['billing', 'dispute a payment', 'consumer', USERS, () => escrow('dispute', payment, idOf('reason'))],
  ['billing', 'refund a payment', 'provider', PROVIDERS, () => escrow('refund', payment, 1n)],
  ['billing', 'reserve for use', 'consumer', USERS, () => escrow('reserve', metered, micro('5'))],
  ['billing', 'withdraw', 'provider', MARKET_ROLES, () => escrow('withdraw', companies.provider.address, micro('1'))],
  [
    'open-innovation-request',
    'ask for a service',
    'consumer',
    ['service-user'],
    () => innovation('request', idOf('other wish'), companies.consumer.address, idOf('content'), FAR),
  ],
  [
    'open-innovation-request',
    'withdraw the wish',
    'consumer',
    ['service-user'],
    () => innovation('withdrawRequest', idOf('wish')),
  ],
  [
    'open-innovation-request',
    'choose a proposal',
    'consumer',
    ['service-user'],
    () => innovation('choose', idOf('wish'), idOf('answer')),
  ],
  [
    'open-innovation-service-procurement',
    'propose',
    'provider',
    ['service-provider'],
    () => innovation('propose', idOf('wish'), idOf('other answer'), companies.provider.address, idOf('content')),
  ],
  [
    'open-innovation-service-procurement',
    'withdraw a proposal',
    'provider',
    ['service-provider'],
    () => innovation('withdrawProposal', idOf('answer')),
  ],
  [
    'service-composition-request',
    'ask for a composition',
    'consumer',
    ['service-user'],
    () =>
      compositions(
        'request',
        idOf('other chain'),
        companies.consumer.address,
        [service.listing, offered.listing],
        idOf('c'),
      ),
  ],
  [
    'service-composition-request',
    'withdraw a composition',
    'consumer',
    ['service-user'],
    () => compositions('withdraw', idOf('chain')),
  ],
  [
    'service-composition-procurement',
    'approve a composition',
    'provider',
    ['service-provider'],
    () => compositions('decide', idOf('chain'), 0, true, zeroHash),
  ],
]

const NOT_ACTING = ['PartyNotActing', 'PartySignatureInvalid']

for (const [capability, what, side, roles, call] of FUNCTIONS)
  test(`${AUTHORISATION_MATRIX[capability].name}: ${what}`, async () => {
    const allowed: readonly Actor[] = AUTHORISATION_MATRIX[capability].actors
    expect(roles.filter((role) => !allowed.includes(role))).toEqual([])
    const found: Record<string, boolean | string> = {}
    for (const role of MARKET_ROLES) {
      const signer = representatives[side][role]
      const refusal = await refusalOf(await call(signer), signer)
      // A signature is judged wherever it comes from; every other call by who sends it.
      found[role] = refusal === undefined ? true : NOT_ACTING.includes(refusal) ? false : refusal
    }
    expect(found).toEqual(Object.fromEntries(MARKET_ROLES.map((role) => [role, roles.includes(role)])))
  })

test.each([
  ['publish', 'service-provider', (party: Party) => approvedFor(party, 0)],
  ['share-data', 'data-provider', (party: Party) => approvedFor(party, 1)],
  [
    'open-innovation-request',
    'service-user',
    async (party: Party) => innovation('request', idOf('w2'), party.address, idOf('c'), FAR),
  ],
  [
    'open-innovation-service-procurement',
    'service-provider',
    async (party: Party) => innovation('propose', idOf('wish'), idOf('p2'), party.address, idOf('c')),
  ],
  [
    'service-composition-request',
    'service-user',
    async (party: Party) =>
      compositions('request', idOf('c2'), party.address, [service.listing, offered.listing], idOf('c')),
  ],
] as const)('%s on chain needs an active account with the role %s', async (capability, needed, call) => {
  expect(AUTHORISATION_MATRIX[capability].actors).toEqual([needed])
  for (const role of MARKET_ROLES) {
    const party = await market.party(`only ${role} for ${capability}`, [role])
    const refusal = await refusalOf(await call(party), party.signer)
    expect([role, refusal]).toEqual([role, role === needed ? undefined : 'PartyNotActive'])
  }
})

async function approvedFor(party: Party, kind: number) {
  const approval: ListingApproval = {
    ...{ listing: idOf(`listing of ${party.address}`), provider: party.address, kind, version: 1 },
    ...{ content: idOf('content'), providerContract: idOf('contract'), deadline: FAR },
  }
  return listings('publish', approval, await market.approve(approval))
}

test('management & governance: what the operator decides nobody else does, in whatever role', async () => {
  const decisions = [
    listings('suspend', service.listing, idOf('reason')),
    listings('reinstate', service.listing),
    listings('expel', service.listing, idOf('reason')),
    escrow('decide', payment, 0n, idOf('reason')),
    escrow('setTreasury', companies.provider.address),
    agreements('setFee', 1),
    calls('EuroToken', developmentEuroAbi)('mint', companies.provider.address, 1n),
  ]
  for (const decision of decisions)
    for (const role of MARKET_ROLES)
      expect([decision.functionName, await refusalOf(decision, representatives.provider[role])]).toEqual([
        decision.functionName,
        'AccessManagedUnauthorized',
      ])
  expect(AUTHORISATION_MATRIX['management-and-governance'].actors).toEqual(['operator'])
  expect(await refusalOf(decisions[0]!, market.operator.account as PrivateKeyAccount)).toBeUndefined()
})

test('the bits of the contracts are those of the matrix', () => {
  expect(MARKET_ROLES.map((role) => roleBits([role]))).toEqual([1, 2, 4, 8])
})

test('every function of the marketplace that a party calls is in the table', () => {
  const inTable = new Set([
    ...[
      'publish',
      'stop',
      'start',
      'remove',
      'offer',
      'accept',
      'conclude',
      'terminate',
      'dispute',
      'refund',
      'reserve',
    ],
    ...['withdraw', 'request', 'withdrawRequest', 'choose', 'propose', 'withdrawProposal', 'decide'],
  ])
  // Judged by signatures of both sides (extend, claim, claimMany, depositWithPermit), by time, by money or by the operator.
  const others = new Set([
    ...[
      'extend',
      'claim',
      'claimMany',
      'deposit',
      'depositWithPermit',
      'pay',
      'release',
      'lapse',
      'closeReserve',
      'reclaim',
    ],
    ...['withdrawFees', 'suspend', 'reinstate', 'expel', 'setFee', 'setTreasury', 'recordBankSettlement'],
    ...['initialise', 'setAuthority', 'upgradeToAndCall'],
  ])
  const abis = [listingRegistryAbi, agreementRegistryAbi, openInnovationAbi, compositionRegistryAbi, escrowAbi]
  const functions = abis
    .flatMap((abi) => abi as readonly { type: string; name?: string; stateMutability?: string }[])
    .filter(({ type, stateMutability }) => type === 'function' && !/view|pure/.test(stateMutability ?? ''))
    .map(({ name }) => name ?? '')
  expect(functions.filter((name) => !inTable.has(name) && !others.has(name))).toEqual([])
})
