import type { AgreementStage, AgreementTermsJson } from '@opem/domain'
import type { OfferState } from './offers.ts'
import { otherSide, type Side } from './party.ts'

/**
 * Pure: what store and chain say, as one stage, and whose turn it is.
 */
export function stageOf({
  offer,
  agreement,
  now,
}: {
  readonly offer: { readonly state: OfferState; readonly made_by: Side; readonly deadline: number } | null
  readonly agreement: {
    readonly state: 'concluded' | 'terminated'
    readonly ends_at: number
    readonly terms: Pick<AgreementTermsJson, 'start'>
  } | null
  readonly now: number
}): { stage: AgreementStage; turn: Side | null } {
  if (agreement !== null) {
    const { state, ends_at, terms } = agreement
    if (ends_at !== 0 && ends_at <= now) return { stage: 'ended', turn: null }
    if (state === 'terminated') return { stage: 'ending', turn: null }
    return { stage: terms.start > now ? 'agreed' : 'in-force', turn: null }
  }
  if (offer === null) return { stage: 'ended', turn: null }
  switch (offer.state) {
    case 'open':
      if (offer.deadline < now) return { stage: 'expired', turn: null }
      return { stage: 'offered', turn: otherSide(offer.made_by) }
    case 'signed':
      return { stage: offer.deadline < now ? 'expired' : 'signed', turn: null }
    case 'concluded': // the chain is being read anew
      return { stage: 'signed', turn: null }
    case 'countered':
    case 'refused':
    case 'withdrawn':
    case 'expired':
    case 'failed':
      return { stage: offer.state, turn: null }
    default:
      return offer.state satisfies never
  }
}
