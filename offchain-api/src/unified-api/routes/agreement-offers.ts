import type { Hex } from '@opem/domain'
import { z } from 'zod'
import { readAgreement } from '../../marketplace/contracting/agreements.ts'
import {
  answerWithSignature,
  refuseOffer,
  relayOffer,
  withdrawOffer,
} from '../../marketplace/contracting/answer-offer.ts'
import { relayExtension } from '../../marketplace/contracting/extensions.ts'
import { makeOffer } from '../../marketplace/contracting/make-offer.ts'
import { agreementDocument, agreementId, agreementTerms, signature } from '../../marketplace/contracting/shapes.ts'
import { defineRoute, personOf } from '../route.ts'
import { bytes32 } from '../shapes.ts'

const params = z.strictObject({ id: agreementId })
const done = z.object({ id: bytes32 })
const signedOffer = z.strictObject({ terms: agreementTerms, document: agreementDocument, signature })
const LARGE = 600_000

export const postAgreement = defineRoute({
  method: 'post',
  path: '/v1/agreements',
  summary:
    'A user’s offer under a listing: the terms, signed (EIP-712), and the document that they name. Its provider is told.',
  access: 'contracting',
  body: signedOffer,
  bodyLimit: LARGE,
  answers: done,
  handle: async ({ body }, { contracting }, access) => ({ id: await makeOffer(contracting, personOf(access), body) }),
})

export const postCounterOffer = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/counter-offers',
  summary: 'Other terms in answer to an offer, signed anew by whose turn it is. The other side is told.',
  access: 'contracting',
  params,
  body: signedOffer,
  bodyLimit: LARGE,
  answers: done,
  handle: async ({ params: { id }, body }, { contracting }, access) => ({
    id: await makeOffer(contracting, personOf(access), body, id),
  }),
})

export const postAgreementSignature = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/signatures',
  summary: 'The second signature. With `relay` this API brings the agreement to the chain; otherwise anybody does.',
  access: 'contracting',
  params,
  body: z.strictObject({ signature, relay: z.boolean().default(false) }),
  answers: done,
  async handle({ params: { id }, body }, { contracting }, access) {
    await answerWithSignature(contracting, personOf(access), {
      id,
      signature: body.signature as Hex,
      relay: body.relay,
    })
    return { id }
  },
})

export const postAgreementRefusal = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/refusals',
  summary: 'Refuses an offer, with a reason that the other side reads.',
  access: 'contracting',
  params,
  body: z.strictObject({ reason: z.string().trim().min(1).max(2000) }),
  answers: done,
  async handle({ params: { id }, body }, { contracting }, access) {
    await refuseOffer(contracting, personOf(access), { id, reason: body.reason })
    return { id }
  },
})

export const postAgreementWithdrawal = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/withdrawals',
  summary: 'Takes one’s own offer back while nobody has answered it.',
  access: 'contracting',
  params,
  answers: done,
  async handle({ params: { id } }, { contracting }, access) {
    await withdrawOffer(contracting, personOf(access), id)
    return { id }
  },
})

export const postAgreementRelay = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/relays',
  summary:
    'This API brings what both sides have signed to the chain, the agreement or a later end of it, for a wallet without ether.',
  access: 'contracting',
  params,
  answers: done,
  async handle({ params: { id } }, { contracting }, access) {
    const concluded = await readAgreement(contracting.store.rows, id)
    await (concluded ? relayExtension : relayOffer)(contracting, personOf(access), id)
    return { id }
  },
})
