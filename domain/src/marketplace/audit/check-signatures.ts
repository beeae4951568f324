import { delegateTypeOf } from '../../authorisation/delegate-type.ts'
import { type MarketRole, roleBits } from '../../authorisation/roles.ts'
import type { Hex } from '../../commitment/bytes.ts'
import { type Agreement, agreementId, agreementTypedData, extensionTypedData } from '../agreement.ts'
import type { ActorEvent, LocatedEvent } from '../ledger/event.ts'
import type { MarketLedger } from '../ledger/ledger.ts'
import { type ListingApproval, listingApproval } from '../listing-approval.ts'
import type { Actors } from './actors.ts'
import { checkActors, withEarlier } from './check-actors.ts'
import { type MarketFinding, placeOfEvent } from './finding.ts'
import { inLanes, type Work } from './lanes.ts'
import type { MarketCall, MarketChain, TypedData } from './market-chain.ts'

/** ListingKind.Data of IListingRegistry.sol, AccountStatus.Active. */
const DATA = 1
const ACTIVE = 2

/** What was checked of one kind, and what is wrong. */
export interface Signed {
  readonly listings: number
  readonly agreements: number
  /** Sent through another contract: what was signed is not in the transaction's own call. */
  readonly hidden: number
  /** Left to the owner's contract (ERC-1271), which cannot be asked as it was then: the node does not keep that state. */
  readonly unjudged: number
  readonly findings: readonly MarketFinding[]
}

/** What signatures are checked in. */
export interface Signings {
  readonly chain: MarketChain
  /** Those of the range under which somebody signed (`isSigned`). */
  readonly events: readonly LocatedEvent[]
  /** All of them, from the first block on. */
  readonly actors: readonly ActorEvent[]
  readonly ledger: Pick<MarketLedger, 'listings'>
  readonly fromBlock: bigint
  /** The audit's last block, whose state the node must keep. */
  readonly block: bigint
}

const CHECKED = new Set(['ListingPublished', 'AgreementConcluded', 'AgreementExtended'])
/** Whether somebody's signature stands behind an event. */
export const isSigned = ({ name }: LocatedEvent): boolean => CHECKED.has(name)

/**
 * Recovers every signature under which a listing was published and an agreement concluded or extended, out of the transactions
 * themselves, and sees in the events of the chain who might sign at that very moment: the operator, the owner of the party's DID,
 * or its delegate; and whether both accounts were active in their roles. No state of an old block is needed, but for what an
 * owner's contract alone can say (ERC-1271).
 */
export async function checkSignatures(signings: Signings, work: Work = {}): Promise<Signed> {
  const { chain, events, ledger, fromBlock, block } = signings
  const calls = await inLanes(events, ({ transaction }) => chain.callOf(transaction), work)
  const isRead = ({ contract }: MarketCall, { name }: LocatedEvent) =>
    contract === (name === 'ListingPublished' ? 'ListingRegistry' : 'AgreementRegistry')
  const read = events.flatMap((event, i) => (isRead(calls[i]!, event) ? [{ event, call: calls[i]! }] : []))

  const parties = new Set(
    read.flatMap(({ call }) => {
      const { provider, consumer } = call.args[0] as Partial<Agreement>
      return [provider, consumer].filter((it): it is Hex => it !== undefined)
    }),
  )
  const ids = await inLanes([...parties], (party) => chain.ask('ListingRegistry', 'accountIdOf', [party], block))
  const accounts = new Map([...parties].map((party, i) => [party, ids[i] as Hex]))
  const actors = await withEarlier(chain, signings.actors, parties, { fromBlock, block })
  const approvers = new Set(
    read.flatMap(({ event }) => (event.name === 'ListingPublished' ? [event.args.approver as Hex] : [])),
  )
  const judge: Judge = { chain, actors, accounts, block }
  const judged = await inLanes(
    read,
    ({ event, call }) =>
      event.name === 'ListingPublished'
        ? judgeListing(judge, event, call)
        : judgeAgreement(judge, event, call, ({ listing }) => ledger.listings.get(listing)?.kind === DATA),
    work,
  )
  const known = (of: (name: string) => boolean) =>
    read.filter(({ event }, i) => of(event.name) && judged[i] !== 'unjudged').length
  return {
    listings: known((name) => name === 'ListingPublished'),
    agreements: known((name) => name !== 'ListingPublished'),
    hidden: events.length - read.length,
    unjudged: judged.filter((one) => one === 'unjudged').length,
    findings: [
      ...judged.flatMap((one) => (one === 'unjudged' ? [] : one)),
      ...(await checkActors(chain, actors, { accounts, approvers }, { block })),
    ],
  }
}

/** With what one signature is judged. */
interface Judge {
  readonly chain: MarketChain
  readonly actors: Actors
  /** Ids of the parties' accounts. */
  readonly accounts: ReadonlyMap<Hex, Hex>
  readonly block: bigint
}

const finding = (event: LocatedEvent, parties: readonly Hex[], words: string): MarketFinding => ({
  ...{ check: 'signatures', words, parties },
  ...placeOfEvent(event),
})

function isActive({ actors, accounts }: Judge, party: Hex, role: MarketRole, at: LocatedEvent): boolean {
  const { status, roles } = actors.accountOf(accounts.get(party)!, at)
  return status === ACTIVE && (roles & roleBits([role])) !== 0
}

async function judgeListing(judge: Judge, event: LocatedEvent, call: MarketCall): Promise<MarketFinding[]> {
  const { chain, actors } = judge
  const [approval, signature] = call.args as [ListingApproval, Hex]
  const typed = listingApproval({ chainId: chain.chainId, listings: chain.listings, approval })
  const approver = await chain.signerOf(typed, signature)
  const isOperator = approver !== undefined && actors.isOperator(approver, event)
  const role = approval.kind === DATA ? 'data-provider' : 'service-provider'
  const say = (words: string) => finding(event, [approval.provider], `listing ${event.args.listing}: ${words}`)
  const isSame = approval.listing === event.args.listing && approval.content === event.args.content
  return [
    ...(isSame ? [] : [say('what was signed in its transaction is another approval')]),
    ...(isOperator && approver === event.args.approver ? [] : [say('its approval is not signed by an operator')]),
    ...(isActive(judge, approval.provider, role, event) ? [] : [say(`its provider was not active as ${role}`)]),
  ]
}

async function judgeAgreement(
  judge: Judge,
  event: LocatedEvent,
  call: MarketCall,
  isOfData: (terms: Agreement) => boolean,
): Promise<'unjudged' | MarketFinding[]> {
  const { chain } = judge
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
  if (agreementId(chain.keccak, terms) !== id)
    found.push(finding(event, [], `agreement ${id}: what was signed in its transaction are other terms`))
  let isJudged = true
  for (const [side, party, role, signature] of sides) {
    const say = (words: string) => found.push(finding(event, [party], `agreement ${id}: its ${side} ${party} ${words}`))
    const signed = await isSignedFor(judge, { party, role, typed, signature, at: event })
    if (signed === 'unjudged') isJudged = false
    else if (!signed) say('did not sign it')
    if (!isActive(judge, party, role, event)) say(`was not active as ${role}`)
  }
  // What is wrong is said, also when the other side cannot be judged.
  return isJudged || found.length > 0 ? found : 'unjudged'
}

interface SignedFor {
  readonly party: Hex
  readonly role: MarketRole
  readonly typed: TypedData
  readonly signature: Hex
  readonly at: LocatedEvent
}

/** Whether it is the signature of somebody who acted for the party in the role at that moment. */
async function isSignedFor(
  { chain, actors, block }: Judge,
  { party, role, typed, signature, at }: SignedFor,
): Promise<boolean | 'unjudged'> {
  const owner = actors.ownerOf(party, at)
  const signer = await chain.signerOf(typed, signature)
  if (signer === owner) return true
  if (signer !== undefined && actors.isDelegate(party, delegateTypeOf(role), signer, at)) return true
  try {
    return (await chain.hasCode(owner, at.block)) && (await chain.isSignedBy(owner, typed, signature, at.block))
  } catch (cause) {
    if (!chain.isStateGone?.(cause)) throw cause
    // An address without code now had none then: since Cancun no contract goes away.
    return (await chain.hasCode(owner, block)) ? 'unjudged' : false
  }
}
