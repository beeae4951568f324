import { ethereumDidRegistryAbi } from '@opem/contracts'
import { delegatedRoles, delegateTypeOf, MARKET_ROLES, type MarketRole } from '@opem/domain'
import { type Address, keccak256, type LocalAccount } from 'viem'
import { addressOfDid, type Did } from '../did/index.ts'
import { chainUnreachable } from '../did/unreachable.ts'
import { changeDocument } from './did-document.ts'
import type { IssuedCredential } from './issued.ts'
import type { WalletChain } from './wallet-chain.ts'

/** A right that was given on chain, or taken back there: one address in one role. */
export interface Delegation {
  readonly address: Address
  readonly role: MarketRole
}

export interface DelegateChanges {
  readonly added: readonly Delegation[]
  readonly takenBack: readonly Delegation[]
}

export interface DelegateOptions {
  readonly chain: WalletChain
  /** The key that owns the company's DID. */
  readonly owner: LocalAccount
  readonly company: Did
  /** What the company issued. */
  readonly issued: readonly IssuedCredential[]
  /** Whose rights are looked at, lower case. */
  readonly addresses: readonly Address[]
  /** Epoch seconds. */
  readonly now: number
  readonly payer?: LocalAccount | undefined
}

/** Seconds by which a right on chain may end beside its credential: it is written for so long from the block that it comes into. */
const TOLERANCE = 600

/** The address that a Representative credential lets act on chain; undefined for a holder that has none (did:jwk, did:key). */
export const holderAddress = ({ subject }: Pick<IssuedCredential, 'subject'>): Address | undefined =>
  addressOfDid(subject as Did)

/** Until when an address may act in a role by what was issued, epoch seconds; 0 when not at all. */
function wantedUntil(issued: readonly IssuedCredential[], { address, role }: Delegation): number {
  const counting = issued.filter((one) => one.revokedAt === null && holderAddress(one) === address)
  return Math.max(
    0,
    ...counting.filter(({ roles }) => delegatedRoles(roles).includes(role)).map((one) => one.expiresAt),
  )
}

/**
 * Makes the ERC-1056 registry say of some addresses what the company's Representative credentials say: a delegate
 * `opem/<role>` for as long as the credential counts. Rights are taken back before others are given, and what is right
 * already is left alone, so that a call that was cut short is finished by calling again.
 * @throws ERR_WALLET_FUNDS, ERR_WALLET_TRANSACTION, retryable ERR_CHAIN_UNREACHABLE
 */
export async function bringDelegates(options: DelegateOptions): Promise<DelegateChanges> {
  const { chain, owner, company, issued, addresses, payer } = options
  const identity = addressOfDid(company)!
  const pairs = addresses.flatMap((address) => MARKET_ROLES.map((role) => ({ address, role })))
  if (pairs.length === 0) return { added: [], takenBack: [] }
  const [latest, present] = await Promise.all([
    chain.client.getBlock(),
    Promise.all(pairs.map((pair) => validTo(chain, identity, pair))),
  ]).catch((cause: unknown) => Promise.reject(chainUnreachable(`Who acts for ${company}`, cause)))
  const time = Math.max(options.now, Number(latest.timestamp))

  const states = pairs.map((pair, i) => {
    const until = wantedUntil(issued, pair)
    return { pair, until: until > time ? until : 0, ends: present[i]! }
  })
  const excess = states.filter(({ until, ends }) => until === 0 && ends > time)
  const lacking = states.filter(({ until, ends }) => until > 0 && Math.abs(until - ends) > TOLERANCE)
  for (const { pair } of excess) {
    const change = { kind: 'revokeDelegate', type: delegateTypeOf(pair.role), delegate: pair.address } as const
    await changeDocument(chain, owner, identity, change, payer)
  }
  for (const { pair, until } of lacking) {
    const term = { type: delegateTypeOf(pair.role), delegate: pair.address, seconds: BigInt(until - time) }
    await changeDocument(chain, owner, identity, { kind: 'addDelegate', ...term }, payer)
  }
  return { added: lacking.map(({ pair }) => pair), takenBack: excess.map(({ pair }) => pair) }
}

/** When a delegate's right ends by the registry, epoch seconds; 0 when it never had one. */
async function validTo(chain: WalletChain, identity: Address, { address, role }: Delegation): Promise<number> {
  const end = await chain.client.readContract({
    address: chain.addresses.EthereumDIDRegistry,
    abi: ethereumDidRegistryAbi,
    functionName: 'delegates',
    // The registry keeps them under the hash of the type.
    args: [identity, keccak256(delegateTypeOf(role)), address],
  })
  return Number(end)
}
