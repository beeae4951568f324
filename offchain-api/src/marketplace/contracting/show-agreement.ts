import type { AgreementDocument, AgreementStage, AgreementTermsJson, Hex } from '@opem/domain'
import type { Caller } from '../../access/caller/caller.ts'
import type { OperationalStore } from '../../operational/store.ts'
import { type LineProgress, lineProgress } from '../contract-lines/line-progress.ts'
import { type AgreementEvent, eventsOfAgreement, readAgreement } from './agreements.ts'
import { latestExtension, type StoredExtension } from './extensions.ts'
import { offersOfNegotiation, readDocument, readOffer, type StoredOffer } from './offers.ts'
import { type Side, sideOf, unknownAgreement } from './party.ts'
import { stageOf } from './stage.ts'

/** Everything about one agreement, for one of its parties. */
export interface ShownAgreement {
  readonly id: Hex
  readonly listing: Hex
  readonly kind: string
  readonly side: Side
  readonly stage: AgreementStage
  readonly turn: Side | null
  readonly terms: AgreementTermsJson
  readonly document: AgreementDocument | null
  readonly offers: readonly StoredOffer[]
  /** Both signatures, once both are there: whoever wants brings them to the chain. */
  readonly signatures: { readonly consumer: Hex; readonly provider: Hex } | null
  readonly reason: string | null
  readonly endsAt: number
  readonly concludedAt: number | null
  readonly terminatedBy: Side | null
  readonly events: readonly AgreementEvent[]
  readonly extension: StoredExtension | null
  readonly line: LineProgress | null
}

/** @throws Refusal 404 for strangers, who learn nothing */
export async function showAgreement(
  { rows }: Pick<OperationalStore, 'rows'>,
  caller: Caller,
  id: string,
  now: number,
): Promise<ShownAgreement> {
  const [offer, agreement] = await Promise.all([readOffer(rows, id), readAgreement(rows, id)])
  const known = agreement ?? offer
  const side = known && sideOf(caller, known)
  if (!known || !side) throw unknownAgreement(id)
  const { stage, turn } = stageOf({ offer: offer ?? null, agreement: agreement ?? null, now })
  const account = side === 'provider' ? known.provider_account : known.consumer_account
  const [document, offers, events, extension, line, words] = await Promise.all([
    readDocument(rows, known.terms.terms),
    offer ? offersOfNegotiation(rows, offer.negotiation) : [],
    eventsOfAgreement(rows, id),
    latestExtension(rows, id),
    lineProgress(rows, { account, contract: id, role: side === 'provider' ? 'provider' : 'user' }),
    agreement?.reason ? reasonWords(rows, id, agreement.reason) : undefined,
  ])
  return {
    ...{ id: known.id, listing: known.listing, kind: known.kind, side, stage, turn, terms: known.terms },
    ...{ document: document ?? null, offers, events, extension: extension ?? null, line: line ?? null },
    signatures:
      offer?.consumer_signature && offer.provider_signature
        ? { consumer: offer.consumer_signature, provider: offer.provider_signature }
        : null,
    reason: words ?? offer?.reason ?? null,
    endsAt: agreement?.ends_at ?? known.terms.end,
    concludedAt: agreement?.concluded_at ?? null,
    terminatedBy: agreement?.terminated_by ?? null,
  }
}

const reasonWords = async (rows: OperationalStore['rows'], agreement: string, digest: string) =>
  (
    await rows<{ words: string }>('SELECT words FROM market_agreement_reasons WHERE agreement = $1 AND digest = $2', [
      agreement,
      digest,
    ])
  )[0]?.words
