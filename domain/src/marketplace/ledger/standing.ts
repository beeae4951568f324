import type { Hex } from '../../commitment/bytes.ts'
import { type ChainEvent, fieldsOf, NO_ADDRESS, NO_DIGEST } from './event.ts'

/** As `listingOf` and `offerOf` answer; states and kinds as the contract counts them. */
export interface ListingStanding {
  readonly provider: Hex
  readonly kind: number
  readonly state: number
  readonly resumesAs: number
  readonly version: number
  readonly content: Hex
  readonly offeredTo: Hex
}

/** As `standingOf` answers. */
export interface AgreementStanding {
  readonly state: number
  readonly concludedAt: number
  readonly startsAt: number
  readonly endsAt: number
}

/** As `requestOf`, `proposalOf` and `compositionOf` answer. */
export interface RequestStanding {
  readonly user: Hex
  readonly closesAt: number
  readonly state: number
  readonly content: Hex
  readonly chosen: Hex
}
export interface ProposalStanding {
  readonly provider: Hex
  readonly state: number
  readonly request: Hex
  readonly content: Hex
}
export interface CompositionStanding {
  readonly user: Hex
  readonly state: number
  readonly approvals: number
  readonly content: Hex
  readonly listings: readonly Hex[]
}

/** Where everything that is no money stands. */
export interface Standings {
  readonly listings: Map<Hex, ListingStanding>
  readonly agreements: Map<Hex, AgreementStanding>
  readonly requests: Map<Hex, RequestStanding>
  readonly proposals: Map<Hex, ProposalStanding>
  readonly compositions: Map<Hex, CompositionStanding>
  /** Compositions of which a provider rejected its part. */
  readonly rejected: Set<Hex>
}

export const noStandings = (): Standings => ({
  ...{ listings: new Map(), agreements: new Map() },
  ...{ requests: new Map(), proposals: new Map(), compositions: new Map() },
  rejected: new Set(),
})

const [PUBLISHED, SUSPENDED, REMOVED] = [1, 3, 4]
const [CONCLUDED, TERMINATED] = [1, 2]
const OPEN = 1
const CHOSEN = 3
const [REQUESTED, APPROVED, REJECTED] = [1, 2, 3]

/** Lets one event change where things stand. Answers what does not follow from what was before, in words. */
export function applyStanding(standings: Standings, event: ChainEvent): string[] {
  const findings: string[] = []
  const { hex, number } = fieldsOf(event)
  const { listings, agreements, requests, proposals, compositions, rejected } = standings
  const known = <T>(of: ReadonlyMap<Hex, T>, id: Hex): T | undefined => {
    if (!of.has(id)) findings.push(`${event.name} of ${id}, of which nothing was said before`)
    return of.get(id)
  }
  const fresh = (of: ReadonlyMap<Hex, unknown>, id: Hex) => {
    if (of.has(id)) findings.push(`${event.name} of ${id}, which is there already`)
  }
  const follows = (id: Hex, what: string, was: unknown, said: unknown) => {
    if (was !== said) findings.push(`${event.name} of ${id}: its ${what} was ${was}, the event says ${said}`)
  }
  switch (event.name) {
    case 'ListingPublished': {
      const id = hex('listing')
      const before = listings.get(id)
      follows(id, 'version', (before?.version ?? 0) + 1, number('version'))
      follows(id, 'content', before?.content ?? NO_DIGEST, hex('previousContent'))
      if (before !== undefined) {
        follows(id, 'provider', before.provider, hex('provider'))
        follows(id, 'kind', before.kind, number('kind'))
      }
      listings.set(id, {
        ...{ provider: hex('provider'), kind: number('kind'), version: number('version'), content: hex('content') },
        ...{ state: before?.state ?? PUBLISHED, resumesAs: before?.resumesAs ?? 0 },
        offeredTo: before?.offeredTo ?? NO_ADDRESS,
      })
      break
    }
    case 'ListingStateChanged': {
      const id = hex('listing')
      const listing = known(listings, id)
      if (listing === undefined) break
      const state = number('current')
      follows(id, 'state', listing.state, number('previous'))
      const resumesAs = state === SUSPENDED ? listing.state : state === REMOVED ? listing.resumesAs : 0
      const offeredTo = state === REMOVED ? NO_ADDRESS : listing.offeredTo
      listings.set(id, { ...listing, state, resumesAs, offeredTo })
      break
    }
    case 'ListingOffered': {
      const listing = known(listings, hex('listing'))
      if (listing === undefined) break
      follows(hex('listing'), 'provider', listing.provider, hex('from'))
      listings.set(hex('listing'), { ...listing, offeredTo: hex('to') })
      break
    }
    case 'ListingHandedOver': {
      const listing = known(listings, hex('listing'))
      if (listing === undefined) break
      follows(hex('listing'), 'provider', listing.provider, hex('previous'))
      follows(hex('listing'), 'offer', listing.offeredTo, hex('current'))
      listings.set(hex('listing'), { ...listing, provider: hex('current'), offeredTo: NO_ADDRESS })
      break
    }
    case 'AgreementConcluded': {
      fresh(agreements, hex('id'))
      const terms = event.args.agreement as { readonly start: number; readonly end: number }
      const standing = { state: CONCLUDED, concludedAt: event.time, startsAt: terms.start, endsAt: terms.end }
      agreements.set(hex('id'), standing)
      break
    }
    case 'AgreementTerminated':
    case 'AgreementExtended': {
      const agreement = known(agreements, hex('id'))
      if (agreement === undefined) break
      follows(hex('id'), 'state', agreement.state, CONCLUDED)
      follows(hex('id'), 'end', agreement.endsAt, number('previousEnd'))
      const terminated = event.name === 'AgreementTerminated'
      const changed = terminated ? { state: TERMINATED, endsAt: number('endsAt') } : { endsAt: number('end') }
      agreements.set(hex('id'), { ...agreement, ...changed })
      break
    }
    case 'InnovationRequested': {
      fresh(requests, hex('request'))
      const closesAt = number('closesAt')
      requests.set(hex('request'), {
        ...{ user: hex('user'), closesAt, state: OPEN, content: hex('content'), chosen: NO_DIGEST },
      })
      break
    }
    case 'RequestStateChanged': {
      const request = known(requests, hex('request'))
      if (request === undefined) break
      follows(hex('request'), 'state', request.state, number('previous'))
      requests.set(hex('request'), { ...request, state: number('current') })
      break
    }
    case 'InnovationProposed': {
      fresh(proposals, hex('proposal'))
      known(requests, hex('request'))
      proposals.set(hex('proposal'), {
        ...{ provider: hex('provider'), state: OPEN, request: hex('request'), content: hex('content') },
      })
      break
    }
    case 'ProposalStateChanged': {
      const [proposal, request] = [known(proposals, hex('proposal')), known(requests, hex('request'))]
      if (proposal === undefined || request === undefined) break
      follows(hex('proposal'), 'state', proposal.state, number('previous'))
      proposals.set(hex('proposal'), { ...proposal, state: number('current') })
      if (number('current') === CHOSEN) requests.set(hex('request'), { ...request, chosen: hex('proposal') })
      break
    }
    case 'CompositionRequested': {
      fresh(compositions, hex('id'))
      const parts = event.args.listings as readonly Hex[]
      for (const listing of parts) known(listings, listing)
      compositions.set(hex('id'), {
        ...{ user: hex('user'), state: REQUESTED, approvals: 0, content: hex('content'), listings: parts },
      })
      break
    }
    case 'CompositionDecided': {
      const composition = known(compositions, hex('id'))
      if (composition === undefined) break
      const own = 1 << number('index')
      const expected = event.args.approved ? composition.approvals | own : composition.approvals & ~own
      follows(hex('id'), 'part', composition.listings[number('index')], hex('listing'))
      follows(hex('id'), 'set of approvals', expected, number('approvals'))
      if (!event.args.approved) rejected.add(hex('id'))
      compositions.set(hex('id'), { ...composition, approvals: number('approvals') })
      break
    }
    case 'CompositionStateChanged': {
      const composition = known(compositions, hex('id'))
      if (composition === undefined) break
      follows(hex('id'), 'state', composition.state, number('previous'))
      const approved = composition.approvals === 2 ** composition.listings.length - 1
      if (number('current') === APPROVED) follows(hex('id'), 'approval by all', approved, true)
      follows(hex('id'), 'rejection by one', rejected.has(hex('id')), number('current') === REJECTED)
      compositions.set(hex('id'), { ...composition, state: number('current') })
      break
    }
  }
  return findings
}
