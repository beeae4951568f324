import {
  type Agreement,
  agreementId,
  agreementTypedData,
  type ListingApproval,
  listingApproval,
  type MarketRole,
  roleBits,
  voucherTypedData,
} from '@opem/domain'
import { type Address, type Hex, keccak256, numberToHex, parseEther, parseEventLogs, parseUnits, toHex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import {
  accountRegistryAbi,
  agreementRegistryAbi,
  developmentEuroAbi,
  escrowAbi,
  ethereumDidRegistryAbi,
  listingRegistryAbi,
} from '../abi/index.ts'
import { keyOf, type Marketplace, openMarketplace } from './marketplace.ts'

export const MONTH = 30 * 86_400
const FAR = 2n ** 40n - 1n

/** Somebody with an active account. `acting` sends transactions and signs for it: itself, or a delegate. */
export interface Party {
  readonly address: Address
  /** keccak256 of its canonical DID. */
  readonly account: Hex
  readonly roles: readonly MarketRole[]
  readonly signer: PrivateKeyAccount
}

export type Market = Awaited<ReturnType<typeof openMarket>>

/** A published listing, as agreements name it. */
export interface PublishedListing {
  readonly listing: Hex
  readonly version: number
  readonly provider: Party
}

/**
 * A chain with the whole marketplace. Two parties have active accounts, ether and 1,000 EUR: `provider` (service and data
 * provider) and `consumer` (service and data user). Call `close` at the end.
 */
export async function openMarket() {
  const marketplace = await openMarketplace()
  const tools = toolsOf(marketplace)
  const provider = await tools.party('provider', ['service-provider', 'data-provider'])
  const consumer = await tools.party('consumer', ['service-user', 'data-user'])
  for (const { address } of [provider, consumer]) await tools.euros(address, '1000')
  return { ...marketplace, ...tools, provider, consumer }
}

/** EUR in words as token units. @example micro('12.50') // 12_500_000n */
export const micro = (eur: string): bigint => parseUnits(eur, 6)

/** 32 bytes from words, for ids and digests. */
export const idOf = (words: string): Hex => keccak256(toHex(words))

const keccak = (bytes: Uint8Array) => keccak256(bytes, 'bytes')

/** What tests do on a marketplace. Amounts are token units; every action waits for its receipt. */
export function toolsOf({ client, tester, operator, addresses, mined }: Marketplace) {
  const chainId = 31_337
  const write = operator.writeContract
  const accounts = { address: addresses.AccountRegistry, abi: accountRegistryAbi } as const
  const euro = { address: addresses.EuroToken, abi: developmentEuroAbi } as const
  const listings = { address: addresses.ListingRegistry, abi: listingRegistryAbi } as const
  const agreements = { address: addresses.AgreementRegistry, abi: agreementRegistryAbi } as const
  const escrow = { address: addresses.Escrow, abi: escrowAbi } as const
  const now = async (): Promise<number> => Number((await client.getBlock()).timestamp)
  let salt = 0n

  /** Opens and activates an account for a name's key, and gives the key ether. */
  async function party(name: string, roles: readonly MarketRole[]): Promise<Party> {
    const signer = privateKeyToAccount(keyOf(name))
    await tester.setBalance({ address: signer.address, value: parseEther('100') })
    const account = accountOf(signer.address)
    const credential = idOf(`credential of ${name}`)
    const until = BigInt(await now()) + 3600n
    await mined(
      await write({ ...accounts, functionName: 'open', args: [account, 0, roleBits(roles), credential, until] }),
    )
    await mined(await write({ ...accounts, functionName: 'activate', args: [account, 1, credential] }))
    return { address: signer.address, account, roles, signer }
  }

  const accountOf = (address: Address): Hex =>
    keccak256(toHex(`did:ethr:0x${chainId.toString(16)}:${address.toLowerCase()}`))

  /** Names a key that acts for a party in a role (ERC-1056 delegate `opem/<role>`), with ether; answers its signer. */
  async function representative(of: Party, role: MarketRole, name: string): Promise<PrivateKeyAccount> {
    const delegate = privateKeyToAccount(keyOf(name))
    await tester.setBalance({ address: delegate.address, value: parseEther('100') })
    const args = [of.address, toHex(`opem/${role}`, { size: 32 }), delegate.address, BigInt(365 * 86_400)] as const
    const registry = { address: addresses.EthereumDIDRegistry, abi: ethereumDidRegistryAbi } as const
    await mined(await write({ ...registry, account: of.signer, functionName: 'addDelegate', args }))
    return delegate
  }

  /** Makes development euros for an address. */
  const euros = async (to: Address, eur: string): Promise<void> => {
    await mined(await write({ ...euro, functionName: 'mint', args: [to, micro(eur)] }))
  }

  /** Publishes version 1 of an analytic listing (or what `change` says), approved by the operator. */
  async function publishListing(
    provider: Party,
    change: Partial<ListingApproval> = {},
    by: PrivateKeyAccount = provider.signer,
  ): Promise<PublishedListing> {
    const approval: ListingApproval = {
      listing: numberToHex(++salt, { size: 32 }),
      provider: provider.address,
      kind: 0,
      version: 1,
      content: idOf(`listing ${salt}`),
      providerContract: idOf('provider contract'),
      deadline: FAR,
      ...change,
    }
    const signature = await approve(approval)
    await mined(await write({ ...listings, account: by, functionName: 'publish', args: [approval, signature] }))
    return { listing: approval.listing, version: approval.version, provider }
  }

  /** The operator's signature below an approval. */
  const approve = (approval: ListingApproval): Promise<Hex> =>
    operator.account.signTypedData(listingApproval({ chainId, listings: listings.address, approval }))

  /** Terms of an agreement under a listing: free, open, with a month's notice, unless `change` says otherwise. */
  async function termsOf(
    { listing, version, provider }: PublishedListing,
    consumer: Party,
    change: Partial<Agreement> = {},
  ): Promise<Agreement> {
    return {
      ...{ listing, version, provider: provider.address, consumer: consumer.address, terms: idOf('terms') },
      ...{ plan: 0, price: 0n, interval: 0, start: await now(), end: 0, notice: MONTH, salt: ++salt, deadline: FAR },
      feeBps: await client.readContract({ ...agreements, functionName: 'feeBps' }),
      ...change,
    }
  }

  const signAgreement = (signer: PrivateKeyAccount, agreement: Agreement): Promise<Hex> =>
    signer.signTypedData(agreementTypedData({ chainId, agreements: agreements.address, agreement }))

  /** Both sides sign the terms, and the operator relays them; answers the agreement with its id. */
  async function concludeAgreement(
    published: PublishedListing,
    consumer: Party,
    change: Partial<Agreement> = {},
  ): Promise<{ readonly id: Hex; readonly agreement: Agreement }> {
    const agreement = await termsOf(published, consumer, change)
    const signatures = await Promise.all(
      [consumer.signer, published.provider.signer].map((signer) => signAgreement(signer, agreement)),
    )
    const args = [agreement, signatures[0]!, signatures[1]!] as const
    const receipt = await mined(await write({ ...agreements, functionName: 'conclude', args }))
    const [concluded] = parseEventLogs({
      abi: agreementRegistryAbi,
      eventName: 'AgreementConcluded',
      logs: receipt.logs,
    })
    const id = agreementId(keccak, agreement)
    if (concluded?.args.id !== id) throw new Error(`the chain concluded ${concluded?.args.id}, not ${id}`)
    return { id, agreement }
  }

  /** Puts a party's own euros into its purse. */
  async function deposit(of: Party, eur: string): Promise<void> {
    const [account, amount] = [of.signer, micro(eur)]
    await mined(await write({ ...euro, account, functionName: 'approve', args: [escrow.address, amount] }))
    await mined(await write({ ...escrow, account, functionName: 'deposit', args: [of.address, amount] }))
  }

  /** Sets aside purse money of the consumer under a pay-per-use agreement. */
  async function reserve(of: Party, agreement: Agreement, eur: string): Promise<void> {
    const args = [agreement, micro(eur)] as const
    await mined(await write({ ...escrow, account: of.signer, functionName: 'reserve', args }))
  }

  const signVoucher = (signer: PrivateKeyAccount, agreement: Hex, cumulative: bigint): Promise<Hex> =>
    signer.signTypedData(voucherTypedData({ chainId, escrow: escrow.address, voucher: { agreement, cumulative } }))

  /** Lets the chain's clock go on. */
  async function wait(seconds: number): Promise<void> {
    await tester.increaseTime({ seconds })
    // Not `anvil_mine`, which mines behind the back of a marketplace's own chain and is refused there.
    await tester.request({ method: 'evm_mine', params: undefined })
  }

  return {
    ...{ party, representative, euros, accountOf, publishListing, approve, termsOf, signAgreement, concludeAgreement },
    ...{ deposit, reserve, signVoucher, wait, now, client },
    contracts: { accounts, euro, listings, agreements, escrow },
  }
}
