import { join } from 'node:path'
import {
  agreementRegistryAbi,
  developmentEuroAbi,
  escrowAbi,
  ethereumDidRegistryAbi,
  listingRegistryAbi,
} from '@opem/contracts'
import {
  type AgreementDocument,
  type AgreementTermsJson,
  agreementTypedData,
  contentDigest,
  type Hex,
  LISTING_EXAMPLES,
  type ListingDocument,
  listingApproval,
  listingKindNumber,
  type MarketRole,
  parseAgreementTerms,
} from '@opem/domain'
import {
  createTestClient,
  createWalletClient,
  http,
  keccak256,
  type PrivateKeyAccount,
  parseEther,
  sha256,
  stringToHex,
  toHex,
} from 'viem'
import { createContent } from '../marketplace/content/content.ts'
import { type Citizen, openAccessWorld, walletOf } from './access-world.ts'
import { type Browser, CHAIN_ID } from './browser.ts'
import { administratorWallet } from './founded-community.ts'
import { startContent, temporaryFolder, until } from './harness.ts'
import { ALL } from './systems.ts'

export type MarketWorld = Awaited<ReturnType<typeof openMarketWorld>>

/** A citizen with an active account who is signed in and can pay for transactions. */
export interface Trader extends Citizen {
  readonly name: string
  readonly wallet: PrivateKeyAccount
  readonly address: Hex
}

/** A service that needs one meter's readings and has a choice, in plans of every kind but bank. */
export const SERVICE: ListingDocument = {
  ...LISTING_EXAMPLES.analytic,
  title: 'Forecast for homes',
  dataNeeded: [{ name: 'Consumption', template: 'MeterReading', granularity: 'PT1H', unit: 'Wh' }],
  parameters: [
    { name: 'horizon', label: 'How far ahead', type: 'choice', required: true, choices: ['24', '48'], unit: 'h' },
  ],
  contract: { text: 'The provider runs the service for the user as described.', noticeDays: 0 },
  plans: [
    { id: 'trial', kind: 'free', price: 0 },
    { id: 'call', kind: 'pay-per-use', price: 20_000, unit: 'forecast' },
    { id: 'monthly', kind: 'subscription', price: 49_000_000, interval: 2_592_000 },
  ],
}

/** A marketplace whose API follows a real chain, with a content store: for what happens between parties. */
export async function openMarketWorld({
  environment = {},
  lake = false,
  relays = false,
  timelockSeconds = 0,
}: {
  environment?: Record<string, string>
  lake?: boolean
  relays?: boolean
  timelockSeconds?: number
} = {}) {
  const folder = await temporaryFolder()
  const content = await startContent({ dir: join(folder.path, 'content') })
  const relayer = join(folder.path, 'relayer.json')
  const world = await openAccessWorld([ALL], {
    ...{ lake, timelockSeconds },
    environment: {
      ...{ OPEM_CONTENT_URL: content.url, OPEM_MARKET_CONFIRMATIONS: '0' },
      ...(relays ? { OPEM_RELAYER_KEY_FILE: relayer } : {}),
      ...environment,
    },
  })
  const { chain } = world
  const { addresses } = chain.deployment
  const anvil = createTestClient({ mode: 'anvil', transport: http(chain.anvil.url) })
  const mined = async (hash: Hex) => {
    const { status } = await chain.client.waitForTransactionReceipt({ hash })
    if (status !== 'success') throw new Error(`${hash} was reverted`)
  }
  // Not out of somebody's purse: two gifts at once would be two transactions of one nonce.
  const give = (address: Hex) => anvil.setBalance({ address, value: parseEther('5') })
  if (relays) {
    const { createKeyFile } = await import('@opem/ssi')
    await give((await createKeyFile(relayer)).address)
  }
  const walletClient = (account: PrivateKeyAccount) => createWalletClient({ account, transport: http(chain.anvil.url) })

  async function trader(name: string, roles: readonly MarketRole[], { poor = false } = {}): Promise<Trader> {
    const citizen = await world.registerCitizen(name, roles)
    const wallet = walletOf(name)
    const signedIn = await citizen.browser.signIn([citizen.credential])
    if (signedIn.status !== 200) throw new Error(JSON.stringify(signedIn.body))
    if (!poor) await give(wallet.address)
    return { ...citizen, name, wallet, address: wallet.address.toLowerCase() as Hex }
  }

  let listings = 0
  /** Publishes a version of a listing on the chain with the operator's approval, and waits until the API knows its document. */
  async function publish(
    provider: Trader,
    document: ListingDocument = SERVICE,
    drafted?: Hex,
    version = 1,
  ): Promise<Hex> {
    listings += 1
    const { digest } = await createContent({ url: content.url }).putContent(document)
    const approval = {
      listing: drafted ?? keccak256(toHex(`listing ${listings}`)),
      ...{ provider: provider.address, kind: listingKindNumber(document.kind), version, content: digest },
      ...{ providerContract: contentDigest({ text: 'the contract' }, sha256), deadline: 2n ** 40n },
    }
    const signature = await administratorWallet.signTypedData(
      listingApproval({ chainId: CHAIN_ID, listings: addresses.ListingRegistry as Hex, approval }),
    )
    await mined(
      await walletClient(provider.wallet).writeContract({
        ...{ chain: null, address: addresses.ListingRegistry as Hex, abi: listingRegistryAbi, functionName: 'publish' },
        args: [approval, signature],
      }),
    )
    await until(() => isKnown(approval.listing, version))
    return approval.listing
  }

  /** Whether somebody else than the provider can contract it: the document has been read. */
  async function isKnown(listing: Hex, version: number): Promise<boolean> {
    const [row] = await world.rows<{ known: boolean }>(
      'SELECT document IS NOT NULL AS known FROM market_listings WHERE listing = $1 AND version = $2',
      [listing, version],
    )
    return row?.known === true
  }

  /** Everything that the chain has said is applied. */
  const followed = async (): Promise<void> => {
    const head = await chain.client.getBlockNumber({ cacheTime: 0 })
    await until(async () => {
      const [at] = await world.rows<{ block: string }>('SELECT block::text FROM market_cursor')
      return BigInt(at!.block) >= head
    })
  }

  const operatorSays = async (functionName: 'suspend' | 'reinstate', listing: Hex) =>
    mined(
      await walletClient(administratorWallet).writeContract({
        ...{ chain: null, address: addresses.ListingRegistry as Hex, abi: listingRegistryAbi, functionName },
        args: (functionName === 'suspend' ? [listing, keccak256(toHex('reason'))] : [listing]) as never,
      }),
    )

  const euro = { chain: null, address: addresses.EuroToken as Hex, abi: developmentEuroAbi } as const
  const escrow = { chain: null, address: addresses.Escrow as Hex, abi: escrowAbi } as const
  /** Puts new euros into somebody's purse. µEUR. */
  async function deposit(consumer: Trader, amount: bigint): Promise<void> {
    const [wallet, party] = [walletClient(consumer.wallet), consumer.wallet.address]
    const operator = walletClient(administratorWallet)
    await mined(await operator.writeContract({ ...euro, functionName: 'mint', args: [party, amount] }))
    await mined(await wallet.writeContract({ ...euro, functionName: 'approve', args: [escrow.address, amount] }))
    await mined(await wallet.writeContract({ ...escrow, functionName: 'deposit', args: [party, amount] }))
  }
  /** Puts new euros into a consumer's purse and sets them aside under a pay-per-use agreement. µEUR. */
  async function setAside(consumer: Trader, terms: AgreementTermsJson, amount: bigint): Promise<void> {
    await deposit(consumer, amount)
    const args = [parseAgreementTerms(terms), amount] as const
    const wallet = walletClient(consumer.wallet)
    await mined(await wallet.writeContract({ ...escrow, functionName: 'reserve', args }))
  }

  const typed = (terms: AgreementTermsJson, chainId = CHAIN_ID, agreements = addresses.AgreementRegistry as Hex) =>
    agreementTypedData({ chainId, agreements, agreement: parseAgreementTerms(terms) })

  interface Draft {
    readonly terms: AgreementTermsJson
    readonly document: AgreementDocument
  }
  const draft = async (consumer: Browser, listing: Hex, choices: object = {}): Promise<Draft> => {
    const body = { listing, plan: 'trial', parameters: { horizon: '24' }, ...choices }
    const answer = await consumer.call('POST', '/v1/agreements/drafts', body)
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
    return { terms: answer.body.terms, document: answer.body.document }
  }
  const sign = (wallet: PrivateKeyAccount, terms: AgreementTermsJson) => wallet.signTypedData(typed(terms))

  /** Drafts, signs and sends an offer. @returns its id */
  async function offer(consumer: Trader, listing: Hex, choices: object = {}): Promise<{ id: Hex } & Draft> {
    const drafted = await draft(consumer.browser, listing, choices)
    const signature = await sign(consumer.wallet, drafted.terms)
    const answer = await consumer.browser.call('POST', '/v1/agreements', { ...drafted, signature })
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
    return { id: answer.body.id, ...drafted }
  }

  /** Both sides sign, somebody brings it to the chain, the API has heard of it. */
  async function conclude(consumer: Trader, provider: Trader, listing: Hex, choices: object = {}) {
    const offered = await offer(consumer, listing, choices)
    const signature = await sign(provider.wallet, offered.terms)
    const signed = await provider.browser.call('POST', `/v1/agreements/${offered.id}/signatures`, { signature })
    if (signed.status !== 200) throw new Error(JSON.stringify(signed.body))
    await send(provider, offered.id)
    return offered
  }

  /** Brings what both have signed to the chain, and waits until the API follows. */
  async function send(by: Trader, id: Hex): Promise<void> {
    const { body } = await by.browser.call('GET', `/v1/agreements/${id}`)
    await mined(
      await walletClient(by.wallet).writeContract({
        ...{
          chain: null,
          address: addresses.AgreementRegistry as Hex,
          abi: agreementRegistryAbi,
          functionName: 'conclude',
        },
        args: [parseAgreementTerms(body.terms), body.signatures.consumer, body.signatures.provider],
      }),
    )
    await until(async () => (await by.browser.call('GET', `/v1/agreements/${id}`)).body.concludedAt !== null)
  }

  async function terminate(by: Trader, terms: AgreementTermsJson, asProvider: boolean, reason: Hex): Promise<void> {
    await mined(
      await walletClient(by.wallet).writeContract({
        ...{
          chain: null,
          address: addresses.AgreementRegistry as Hex,
          abi: agreementRegistryAbi,
          functionName: 'terminate',
        },
        args: [parseAgreementTerms(terms), asProvider, reason],
      }),
    )
  }

  /**
   * Presents the Account credential with the new line back, and signs in with it. A version that waits before it, such as one
   * of a listing, is presented first.
   */
  async function takeCredential(who: Trader, id: Hex): Promise<string> {
    const own = async (): Promise<string | null> =>
      (await who.browser.call('GET', `/v1/agreements/${id}`)).body.credential?.credential ?? null
    let waits: string | null = null
    for (let taken = ''; ; taken = waits!) {
      await until(async () => {
        waits = (await who.browser.call('GET', '/v1/access/credential/pending')).body.credential ?? null
        return waits !== null && waits !== taken
      })
      const last = (await own()) === waits
      await present(who, waits!)
      if (last) return waits!
    }
  }

  async function present(who: Trader, credential: string): Promise<void> {
    const presentation = await who.browser.present('receipt', [credential])
    const taken = await who.browser.call('POST', '/v1/access/receipts', { presentation })
    if (taken.status !== 200) throw new Error(JSON.stringify(taken.body))
    await who.browser.signIn([credential])
  }

  /** Names a key that acts for somebody on chain in a role. */
  const delegate = async (of: Trader, role: MarketRole, to: Hex) =>
    mined(
      await walletClient(of.wallet).writeContract({
        ...{
          chain: null,
          address: addresses.EthereumDIDRegistry as Hex,
          abi: ethereumDidRegistryAbi,
          functionName: 'addDelegate',
        },
        args: [of.address, stringToHex(`opem/${role}`, { size: 32 }), to, 86_400n],
      }),
    )

  return {
    ...world,
    ...{
      content,
      trader,
      publish,
      followed,
      operatorSays,
      deposit,
      setAside,
      typed,
      draft,
      sign,
      offer,
      conclude,
      send,
      terminate,
      takeCredential,
      delegate,
    },
    ...{ walletClient, mined, agreements: addresses.AgreementRegistry as Hex },
    async close() {
      await world.close()
      await content.stop()
      await folder.remove()
    },
  }
}
