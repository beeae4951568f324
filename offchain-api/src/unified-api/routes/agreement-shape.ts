import { AGREEMENT_STAGES, formatInstant } from '@opem/domain'
import { z } from 'zod'
import { agreementDocument, agreementTerms } from '../../marketplace/contracting/shapes.ts'
import type { ShownAgreement } from '../../marketplace/contracting/show-agreement.ts'
import { bytes32, instantText } from '../shapes.ts'
import { lineShape } from './market-shapes.ts'

export const side = z.enum(['consumer', 'provider'])
const stage = z.enum(AGREEMENT_STAGES)

/** What a list says of an agreement. */
export const line = z
  .object({
    id: bytes32,
    listing: bytes32,
    kind: z.string(),
    title: z.string().nullable(),
    side: side.meta({ description: 'which side the caller is' }),
    other: z.string().nullable().meta({ description: 'name of the other side' }),
    stage,
    turn: side.nullable().meta({ description: 'who answers next' }),
    instance: z.string().nullable(),
    terms: agreementTerms,
    since: instantText,
    endsAt: instantText.nullable().meta({ description: 'null: open' }),
  })
  .meta({ id: 'AgreementLine' })

const offer = z
  .object({
    id: bytes32,
    number: z.number().int(),
    by: side,
    state: z.string(),
    reason: z.string().nullable(),
    terms: agreementTerms,
    madeAt: instantText,
    changedAt: instantText,
    deadline: instantText,
  })
  .meta({ id: 'AgreementOffer' })

/** An agreement or offer as its parties see it. */
export const shown = z
  .object({
    id: bytes32,
    listing: bytes32,
    kind: z.string(),
    side,
    stage,
    turn: side.nullable(),
    terms: agreementTerms,
    document: agreementDocument.nullable(),
    chainId: z.number().int(),
    contract: z.string(),
    relays: z.boolean().meta({ description: 'this API brings agreements to the chain for wallets without ether' }),
    offers: z.array(offer),
    signatures: z.object({ consumer: z.string(), provider: z.string() }).nullable(),
    reason: z.string().nullable(),
    concludedAt: instantText.nullable(),
    endsAt: instantText.nullable(),
    terminatedBy: side.nullable(),
    events: z.array(z.object({ at: instantText, what: z.string(), detail: z.unknown(), transaction: bytes32 })),
    extension: z
      .object({
        end: z.number().int().meta({ description: 'seconds since 1970; 0: open' }),
        deadline: z.number().int(),
        by: side,
        state: z.string(),
        signatures: z.object({ consumer: z.string(), provider: z.string() }).nullable(),
      })
      .nullable(),
    credential: lineShape.nullable(),
  })
  .meta({ id: 'Agreement' })

export const formatShown = (it: ShownAgreement) => ({
  ...{ id: it.id, listing: it.listing, kind: it.kind, side: it.side, stage: it.stage, turn: it.turn, terms: it.terms },
  ...{ document: it.document, signatures: it.signatures, reason: it.reason, terminatedBy: it.terminatedBy },
  concludedAt: it.concludedAt === null ? null : formatInstant(it.concludedAt),
  endsAt: it.endsAt === 0 ? null : formatInstant(it.endsAt),
  offers: it.offers.map((one) => ({
    ...{ id: one.id, number: one.number, by: one.made_by, state: one.state, reason: one.reason, terms: one.terms },
    madeAt: formatInstant(one.created_at),
    changedAt: formatInstant(one.changed_at),
    deadline: formatInstant(one.deadline),
  })),
  events: it.events.map((event) => ({ ...event, at: formatInstant(event.at) })),
  extension: it.extension && {
    ...{
      end: it.extension.ends_at,
      deadline: it.extension.deadline,
      by: it.extension.made_by,
      state: it.extension.state,
    },
    signatures:
      it.extension.consumer_signature && it.extension.provider_signature
        ? { consumer: it.extension.consumer_signature, provider: it.extension.provider_signature }
        : null,
  },
  credential: it.line,
})
