import { agreementRegistryAbi, ethereumDidRegistryAbi, listingRegistryAbi } from '@opem/contracts'
import {
  type Agreement,
  agreementTypedData,
  extensionTypedData,
  type ListingApproval,
  listingApproval,
  type MarketRole,
  roleBits,
} from '@opem/domain'
import {
  type Address,
  decodeFunctionData,
  type Hex,
  isAddressEqual,
  type PublicClient,
  parseAbi,
  recoverTypedDataAddress,
  toHex,
} from 'viem'
import type { LocatedEvent, MarketContracts } from './chain-events.ts'

export interface Identity {
  readonly AccessManager: Address
  readonly AccountRegistry: Address
  readonly EthereumDIDRegistry: Address
}

/** ListingKind.Data of IListingRegistry.sol, and the role of operators in the AccessManager. */
const DATA = 1
const OPERATOR = 3n
const ACTIVE = 2
const REGISTRY = parseAbi([
  'function hasRole(uint64 role, address account) view returns (bool isMember, uint32 executionDelay)',
  'function accountOf(bytes32 account) view returns ((uint8 status, uint8 kind, uint8 roles, uint32 version, uint64 pendingUntil, bytes32 credentialHash))',
])
type Typed = Parameters<typeof recoverTypedDataAddress>[0]

/** What was checked of one kind, and what is wrong. */
export interface Signed {
  listings: number
  agreements: number
  /** Sent through another contract: what was signed is not in the transaction's own call. */
  hidden: number
  readonly findings: string[]
}

/**
 * Recovers every signature under which a listing was published and an agreement concluded or extended, out of the transactions
 * themselves, and asks the chain as it was then who might sign: the operator, the owner of the party's DID, or its delegate;
 * and whether both accounts were active in their roles. Needs a node that keeps old states.
 * @param input for tests: the transaction's call as it was not
 */
export async function checkSignatures(
  client: PublicClient,
  contracts: MarketContracts & Identity,
  events: readonly LocatedEvent[],
  input: (call: Hex) => Hex = (call) => call,
): Promise<Signed> {
  const chainId = await client.getChainId()
  const signed: Signed = { listings: 0, agreements: 0, hidden: 0, findings: [] }
  const kinds = new Map<unknown, number>()

  /** Whether `signature` is that of somebody who acted for the party in the role at that block. */
  async function actsFor(
    party: Address,
    role: MarketRole,
    typed: Omit<Typed, 'signature'>,
    signature: Hex,
    block: bigint,
  ) {
    const dids = { address: contracts.EthereumDIDRegistry, abi: ethereumDidRegistryAbi, blockNumber: block } as const
    const owner = await client.readContract({ ...dids, functionName: 'identityOwner', args: [party] })
    const signer = await recoverTypedDataAddress({ ...typed, signature } as Typed).catch(() => undefined)
    if (signer !== undefined && isAddressEqual(signer, owner)) return true
    const args = [party, toHex(`opem/${role}`, { size: 32 }), signer!] as const
    if (signer !== undefined && (await client.readContract({ ...dids, functionName: 'validDelegate', args })))
      return true
    return client.verifyTypedData({ ...typed, address: owner, signature, blockNumber: block } as never)
  }
  async function isActive(party: Address, role: MarketRole, block: bigint): Promise<boolean> {
    const accounts = { address: contracts.ListingRegistry, abi: listingRegistryAbi, blockNumber: block } as const
    const account = await client.readContract({ ...accounts, functionName: 'accountIdOf', args: [party] })
    const registry = { address: contracts.AccountRegistry, abi: REGISTRY, blockNumber: block } as const
    const { status, roles } = await client.readContract({ ...registry, functionName: 'accountOf', args: [account] })
    return status === ACTIVE && (roles & roleBits([role])) !== 0
  }
  async function callOf(event: LocatedEvent, to: Address): Promise<Hex | undefined> {
    const transaction = await client.getTransaction({ hash: event.transaction })
    if (transaction.to !== null && isAddressEqual(transaction.to, to)) return input(transaction.input)
    signed.hidden += 1
    return undefined
  }

  async function listing(event: LocatedEvent): Promise<void> {
    const say = (words: string) =>
      signed.findings.push(`listing ${event.args.listing} in ${event.transaction}: ${words}`)
    kinds.set(event.args.listing, event.args.kind as number)
    const data = await callOf(event, contracts.ListingRegistry)
    if (data === undefined) return
    const [approval, signature] = decodeFunctionData({ abi: listingRegistryAbi, data }).args as [ListingApproval, Hex]
    const typed = listingApproval({ chainId, listings: contracts.ListingRegistry, approval })
    const approver = await recoverTypedDataAddress({ ...typed, signature } as Typed).catch(() => undefined)
    const access = { address: contracts.AccessManager, abi: REGISTRY, blockNumber: event.block } as const
    const [isOperator] =
      approver === undefined
        ? [false]
        : await client.readContract({ ...access, functionName: 'hasRole', args: [OPERATOR, approver] })
    if (!isOperator || approver?.toLowerCase() !== event.args.approver) say('its approval is not signed by an operator')
    const role = approval.kind === DATA ? 'data-provider' : 'service-provider'
    if (!(await isActive(approval.provider as Address, role, event.block)))
      say(`its provider was not active as ${role}`)
    signed.listings += 1
  }
  async function agreement(event: LocatedEvent): Promise<void> {
    const id = event.args.id as Hex
    const say = (words: string) => signed.findings.push(`agreement ${id} in ${event.transaction}: ${words}`)
    const data = await callOf(event, contracts.AgreementRegistry)
    if (data === undefined) return
    const { functionName, args } = decodeFunctionData({ abi: agreementRegistryAbi, data })
    const [terms, ...rest] = args as unknown as [Agreement, ...unknown[]]
    const [byConsumer, byProvider] = rest.slice(-2) as [Hex, Hex]
    const place = { chainId, agreements: contracts.AgreementRegistry }
    const typed =
      functionName === 'extend'
        ? extensionTypedData({
            ...place,
            extension: { agreement: id, end: rest[0] as number, deadline: rest[1] as bigint },
          })
        : agreementTypedData({ ...place, agreement: terms })
    const ofData = kinds.get(terms.listing.toLowerCase()) === DATA
    const sides = [
      ['consumer', terms.consumer, ofData ? 'data-user' : 'service-user', byConsumer],
      ['provider', terms.provider, ofData ? 'data-provider' : 'service-provider', byProvider],
    ] as const
    for (const [side, party, role, signature] of sides) {
      const signs = await actsFor(party as Address, role, typed as never, signature, event.block)
      if (!signs) say(`its ${side} ${party} did not sign it`)
      if (!(await isActive(party as Address, role, event.block))) say(`its ${side} ${party} was not active as ${role}`)
    }
    signed.agreements += 1
  }

  for (const event of events) {
    if (event.name === 'ListingPublished') await listing(event)
    else if (event.name === 'AgreementConcluded' || event.name === 'AgreementExtended') await agreement(event)
  }
  return signed
}
