import { canonicalJson, formatInstant } from '@opem/domain'
import { z } from 'zod'
import { listAgreements } from '../../marketplace/contracting/list-agreements.ts'
import { agreementDocument, agreementId } from '../../marketplace/contracting/shapes.ts'
import { showAgreement } from '../../marketplace/contracting/show-agreement.ts'
import { fromCursor, pageFrom, pageOf, paging } from '../paging.ts'
import { Refusal } from '../problem.ts'
import { defineRoute, personOf, text } from '../route.ts'
import { formatShown, line, shown, side } from './agreement-shape.ts'

const params = z.strictObject({ id: agreementId })

export const getAgreements = defineRoute({
  method: 'get',
  path: '/v1/agreements',
  summary: 'Agreements and offers of the caller’s account, the newest first.',
  access: 'contracting',
  query: z.strictObject({ side: side.optional(), ...paging }),
  answers: pageOf(line),
  async handle({ query: { side, after, limit } }, { store, access: { now } }, access) {
    const from = fromCursor(after, z.tuple([z.number().int(), z.string()]))
    const account = personOf(access).account
    const found = await listAgreements(store, { account, side, after: from, limit: limit + 1, now: now() })
    const { items, next } = pageFrom(found, limit, ({ since, id }) => [since, id])
    return {
      items: items.map((one) => ({
        ...one,
        since: formatInstant(one.since),
        endsAt: one.endsAt === 0 ? null : formatInstant(one.endsAt),
      })),
      next,
    }
  },
})

export const getAgreement = defineRoute({
  method: 'get',
  path: '/v1/agreements/{id}',
  summary: 'One agreement or offer, for its parties: words, signatures, what happened, what is next.',
  access: 'contracting',
  params,
  answers: shown,
  async handle({ params: { id } }, { store, contracting, access: { now } }, access) {
    const chain = await contracting.chain()
    return {
      ...formatShown(await showAgreement(store, access.caller, id, now())),
      ...{ chainId: chain.chainId, contract: chain.contract, relays: contracting.relays },
    }
  },
})

export const getAgreementDocument = defineRoute({
  method: 'get',
  path: '/v1/agreements/{id}/document',
  summary: 'The document of an agreement as canonical JSON: its sha2-256 is `terms` on chain. For its parties alone.',
  access: 'contracting',
  params,
  answers: agreementDocument,
  async handle({ params: { id } }, { store, access: { now } }, { caller }) {
    const { document } = await showAgreement(store, caller, id, now())
    if (document === null)
      throw new Refusal(
        404,
        'ERR_DOCUMENT_UNKNOWN',
        'the agreement was made elsewhere; this marketplace has no document of it',
      )
    return text('application/json', canonicalJson(document))
  },
})
