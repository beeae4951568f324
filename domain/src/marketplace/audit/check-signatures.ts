import { delegateTypeOf } from '../../authorisation/delegate-type.ts'
import { type MarketRole, roleBits } from '../../authorisation/roles.ts'
import type { Hex } from '../../commitment/bytes.ts'
import { type Agreement, agreementTypedData, extensionTypedData } from '../agreement.ts'
import type { LocatedEvent } from '../ledger/event.ts'
import type { MarketLedger } from '../ledger/ledger.ts'
import { type ListingApproval, listingApproval } from '../listing-approval.ts'
import { type MarketFinding, placeOfEvent } from './finding.ts'
import { inLanes, type Work } from './lanes.ts'
import type { MarketChain, TypedData } from './market-chain.ts'

/** ListingKind.Data of IListingRegistry.sol, the role of operators in the AccessManager, AccountStatus.Active. */
const DATA = 1
const OPERATOR = 3n
const ACTIVE = 2

/** What was checked of one kind, and what is wrong. */
export interface Signed {
  readonly listings: number
  readonly agreements: number
  /** Sent through another contract: what was signed is not in the transaction's own call. */
  readonly hidden: number
  readonly findings: readonly MarketFinding[]
}

/**
 * Recovers every signature under which a listing was published and an agreement concluded or extended, out of the transactions
 * themselves, and asks the chain as it was then who might sign: the operator, the owner of the party's DID, or its delegate;
 * and whether both accounts were active in their roles. Needs a node that keeps old states.
 */
export async function checkSignatures(
  chain: MarketChain,
  events: readonly LocatedEvent[],
  { listings }: Pick<MarketLedger, 'listings'>,
  work: Work = {},
): Promise<Signed> {
  const wanted = events.filter(({ name }) => CHECKED.has(name))
  const judged = await inLanes(
    wanted,
    (event) =>
      event.name === 'ListingPublished'
        ? judgeListing(chain, event)
        : judgeAgreement(chain, event, ({ listing }) => listings.get(listing)?.kind === DATA),
    work,
  )
  const read = (of: (name: string) => boolean) => wanted.filter(({ name }, i) => of(name) && judged[i] !== 'hidden')
  return {
    listings: read((name) => name === 'ListingPublished').length,
    agreements: read((name) => name !== 'ListingPublished').length,
    hidden: judged.filter((one) => one === 'hidden').length,
    findings: judged.flatMap((one) => (one === 'hidden' ? [] : one)),
  }
}

const CHECKED = new Set(['ListingPublished', 'AgreementConcluded', 'AgreementExtended'])

const finding = (event: LocatedEvent, parties: readonly Hex[], words: string): MarketFinding => ({
  ...{ check: 'signatures', words, parties },
  ...placeOfEvent(event),
})

async function judgeListing(chain: MarketChain, event: LocatedEvent): Promise<'hidden' | MarketFinding[]> {
  const call = await chain.callOf(event.transaction)
  if (call.contract !== 'ListingRegistry') return 'hidden'
  const [approval, signature] = call.args as [ListingApproval, Hex]
  const typed = listingApproval({ chainId: chain.chainId, listings: chain.listings, approval })
  const approver = await chain.signerOf(typed, signature)
  const [isOperator] =
    approver === undefined
      ? [false]
      : ((await chain.ask('AccessManager', 'hasRole', [OPERATOR, approver], event.block)) as [boolean, number])
  const role = approval.kind === DATA ? 'data-provider' : 'service-provider'
  const say = (words: string) => finding(event, [approval.provider], `listing ${event.args.listing}: ${words}`)
  return [
    ...(isOperator && approver === event.args.approver ? [] : [say('its approval is not signed by an operator')]),
    ...((await isActive(chain, approval.provider, role, event.block))
      ? []
      : [say(`its provider was not active as ${role}`)]),
  ]
}

async function judgeAgreement(
  chain: MarketChain,
  event: LocatedEvent,
  isOfData: (terms: Agreement) => boolean,
): Promise<'hidden' | MarketFinding[]> {
  const call = await chain.callOf(event.transaction)
  if (call.contract !== 'AgreementRegistry') return 'hidden'
  const id = event.args.id as Hex
  const [terms, ...rest] = call.args as [Agreement, ...unknown[]]
  const [byConsumer, byProvider] = rest.slice(-2) as [Hex, Hex]
  const { chainId, agreements } = chain
  const extension = { agreement: id, end: rest[0] as number, deadline: rest[1] as bigint }
  const typed: TypedData =
    call.name === 'extend'
      ? extensionTypedData({ chainId, agreements, extension })
      : agreementTypedData({ chainId, agreements, agreement: terms })
  const ofData = isOfData(terms)
  const sides = [
    ['consumer', terms.consumer, ofData ? 'data-user' : 'service-user', byConsumer],
    ['provider', terms.provider, ofData ? 'data-provider' : 'service-provider', byProvider],
  ] as const
  const found: MarketFinding[] = []
  for (const [side, party, role, signature] of sides) {
    const say = (words: string) => found.push(finding(event, [party], `agreement ${id}: its ${side} ${party} ${words}`))
    if (!(await isSignedFor(chain, { party, role, typed, signature, block: event.block }))) say('did not sign it')
    if (!(await isActive(chain, party, role, event.block))) say(`was not active as ${role}`)
  }
  return found
}

interface SignedFor {
  readonly party: Hex
  readonly role: MarketRole
  readonly typed: TypedData
  readonly signature: Hex
  readonly block: bigint
}

/** Whether it is the signature of somebody who acted for the party in the role at that block. */
async function isSignedFor(chain: MarketChain, { party, role, typed, signature, block }: SignedFor): Promise<boolean> {
  const dids = (view: string, args: readonly unknown[]) => chain.ask('EthereumDIDRegistry', view, args, block)
  const owner = (await dids('identityOwner', [party])) as Hex
  const signer = await chain.signerOf(typed, signature)
  if (signer === owner) return true
  if (signer !== undefined && (await dids('validDelegate', [party, delegateTypeOf(role), signer]))) return true
  return chain.isSignedBy(owner, typed, signature, block)
}

async function isActive(chain: MarketChain, party: Hex, role: MarketRole, block: bigint): Promise<boolean> {
  const account = await chain.ask('ListingRegistry', 'accountIdOf', [party], block)
  const answer = await chain.ask('AccountRegistry', 'accountOf', [account], block)
  const { status, roles } = answer as { status: number; roles: number }
  return status === ACTIVE && (roles & roleBits([role])) !== 0
}
