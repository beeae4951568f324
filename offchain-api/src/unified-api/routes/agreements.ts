import { createHash, randomBytes } from 'node:crypto'
import {
  canonicalJson,
  contentDigest,
  draftAgreement,
  formatAgreementTerms,
  formatInstant,
  type Hex,
  MARKET_ROLES,
} from '@opem/domain'
import { sha256 } from 'viem'
import { z } from 'zod'
import type { Person } from '../../access/caller/caller.ts'
import { readAgreement } from '../../marketplace/contracting/agreements.ts'
import {
  answerWithSignature,
  refuseOffer,
  relayOffer,
  withdrawOffer,
} from '../../marketplace/contracting/answer-offer.ts'
import { agreementOf, relayExtension, signExtension } from '../../marketplace/contracting/extensions.ts'
import { listAgreements } from '../../marketplace/contracting/list-agreements.ts'
import { offeredListing } from '../../marketplace/contracting/listing.ts'
import { makeOffer, otherParty } from '../../marketplace/contracting/make-offer.ts'
import { ownData, sourceKindsOf } from '../../marketplace/contracting/own-data.ts'
import { ownMeters } from '../../marketplace/contracting/own-meters.ts'
import { needRole, partyOf } from '../../marketplace/contracting/party.ts'
import { agreementDocument, agreementId, agreementTerms, signature } from '../../marketplace/contracting/shapes.ts'
import { type ShownAgreement, showAgreement } from '../../marketplace/contracting/show-agreement.ts'
import { AGREEMENT_STAGES } from '../../marketplace/contracting/stage.ts'
import { offeredSources } from '../../marketplace/data/pass-on.ts'
import { planShape } from '../../marketplace/publish/document.ts'
import { fromCursor, pageFrom, pageOf, paging } from '../paging.ts'
import { Refusal } from '../problem.ts'
import { type Access, defineRoute, text } from '../route.ts'
import { bytes32, instant, instantText } from '../shapes.ts'
import { lineShape } from './market-shapes.ts'

const side = z.enum(['consumer', 'provider'])
const stage = z.enum(AGREEMENT_STAGES)
const params = z.strictObject({ id: agreementId })
const words = z.string().trim().min(1).max(2000)
const done = z.object({ id: bytes32 })

const line = z
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

const shown = z
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

const offeredParameter = z.object({
  name: z.string(),
  label: z.string(),
  type: z.string(),
  required: z.boolean(),
  choices: z.array(z.string()).optional(),
  unit: z.string().optional(),
})
const offeredData = z.object({
  name: z.string(),
  template: z.string(),
  granularity: z.string().optional(),
  unit: z.string().optional(),
})

const offeredSource = z.object({
  kind: z.enum(['data-set', 'data-agreement']),
  id: bytes32,
  title: z.string(),
  provider: z.string(),
  refusal: z.object({ code: z.string(), reason: z.string() }).nullable(),
})

export const getAgreementChoices = defineRoute({
  method: 'get',
  path: '/v1/agreements/choices',
  summary: 'What can be chosen when a listing is contracted: its plans and parameters, and the caller’s own meters.',
  access: 'contracting',
  query: z.strictObject({ listing: agreementId }),
  answers: z
    .object({
      listing: bytes32,
      version: z.number().int(),
      content: bytes32,
      provider: z.object({ did: z.string(), name: z.string(), address: z.string() }),
      title: z.string(),
      kind: z.string(),
      plans: z.array(planShape),
      parameters: z.array(offeredParameter),
      dataNeeded: z.array(offeredData),
      noticeDays: z.number().int(),
      meters: z.array(z.object({ meter: z.string(), authorised: z.boolean() })),
      sources: z.array(offeredSource).meta({
        description: 'own data sets and agreements about data, each with why it may not be handed to this provider',
      }),
      feeBps: z.number().int(),
      chainId: z.number().int(),
      contract: z.string(),
    })
    .meta({ id: 'AgreementChoices' }),
  async handle({ query }, { store, contracting, access: { now } }, access) {
    const person = personOf(access)
    const listing = await offeredListing(store.rows, query.listing, person.account, now())
    needRole(person, 'consumer', listing.kind)
    const [provider, chain] = await Promise.all([otherParty(store.rows, listing.account), contracting.chain()])
    const { account, address } = partyOf(person)
    const { document } = listing
    const handed = { consumer: { account }, recipient: provider.did, now: now() }
    const sources =
      document.dataNeeded.length === 0 ? [] : await offeredSources(store.rows, handed, sourceKindsOf(person))
    return {
      ...{ listing: listing.listing, version: listing.version, content: listing.content },
      provider: { did: provider.did, name: provider.name, address: provider.address },
      ...{ title: document.title, kind: listing.kind, plans: document.plans, parameters: document.parameters },
      ...{ dataNeeded: document.dataNeeded, noticeDays: document.contract.noticeDays },
      meters: await ownMeters(store, { account, address, now: now() }),
      sources: sources.map(({ source, refusal }) => ({ ...source, refusal })),
      ...{ feeBps: await chain.feeBps(), chainId: chain.chainId, contract: chain.contract },
    }
  },
})

const WEEK = 7 * 86_400

export const postAgreementDraft = defineRoute({
  method: 'post',
  path: '/v1/agreements/drafts',
  summary: 'The document and the terms that follow from what was chosen, ready to be read and signed. Nothing is kept.',
  access: 'contracting',
  body: z.strictObject({
    listing: agreementId,
    plan: z.string().max(100),
    parameters: z.record(z.string().max(500), z.string().max(2000)).default({}),
    meters: z
      .record(z.string().max(500), z.string().max(64))
      .default({})
      .meta({ description: 'by name of the data needed' }),
    sources: z
      .record(z.string().max(500), agreementId)
      .default({})
      .meta({ description: 'own data sets (their listings) or agreements about data, by name of the data needed' }),
    start: instant.optional().meta({ description: 'now when left out' }),
    end: instant.optional().meta({ description: 'open when left out' }),
    deadline: instant.optional().meta({ description: 'in a week when left out' }),
  }),
  answers: z.object({
    terms: agreementTerms,
    document: agreementDocument,
    chainId: z.number().int(),
    contract: z.string(),
  }),
  async handle({ body }, { store, contracting, access: { now } }, access) {
    const person = personOf(access)
    const listing = await offeredListing(store.rows, body.listing, person.account, now())
    needRole(person, 'consumer', listing.kind)
    const me = partyOf(person)
    const [provider, chain] = await Promise.all([otherParty(store.rows, listing.account), contracting.chain()])
    const chosen = Object.values(body.sources)
    const own = await ownData(store, { consumer: me, provider, chosen, person, now: now() })
    const drafted = draftAgreement(
      listing.document,
      {
        ...{ listing: listing.listing, version: listing.version, content: listing.content },
        provider: { did: provider.did, name: provider.name },
        ...{ consumer: { did: me.did, name: me.name }, blind: randomHex(32) },
      },
      { plan: body.plan, parameters: body.parameters, meters: body.meters, sources: body.sources },
      own,
    )
    if (!drafted.ok) throw new Refusal(422, drafted.code, drafted.reason)
    const { document, planned } = drafted.value
    const terms = formatAgreementTerms({
      ...{ listing: listing.listing, version: listing.version, provider: listing.provider, consumer: me.address },
      ...{ terms: contentDigest(document, sha256), ...planned, feeBps: await chain.feeBps() },
      ...{ start: body.start ?? now(), end: body.end ?? 0, salt: BigInt(randomHex(8)) },
      deadline: BigInt(body.deadline ?? now() + WEEK),
    })
    return { terms, document, chainId: chain.chainId, contract: chain.contract }
  },
})

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
  body: z.strictObject({ reason: words }),
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

export const postAgreementExtension = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/extensions',
  summary: 'Signs a later end (EIP-712 `Extension`): offers it, or agrees to the one that the other side offers.',
  access: 'contracting',
  params,
  body: z.strictObject({
    end: z.number().int().min(0).max(4_294_967_295).meta({ description: 'seconds since 1970; 0: open' }),
    deadline: z.number().int().min(0).max(4_294_967_295),
    signature,
    relay: z
      .boolean()
      .default(false)
      .meta({ description: 'with the second signature: this API brings the later end to the chain' }),
  }),
  answers: done,
  async handle({ params: { id }, body }, { contracting }, access) {
    await signExtension(contracting, personOf(access), { id, ...body, signature: body.signature as Hex })
    return { id }
  },
})

export const postAgreementReason = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/reasons',
  summary:
    'Keeps the words behind a termination’s reason; the digest goes into the transaction that ends the agreement.',
  access: 'contracting',
  params,
  body: z.strictObject({ reason: words }),
  answers: z.object({ digest: bytes32 }),
  async handle({ params: { id }, body }, { store, contracting }, access) {
    await agreementOf(contracting, personOf(access), id)
    const digest = `0x${createHash('sha256').update(body.reason).digest('hex')}`
    await store.rows(
      'INSERT INTO market_agreement_reasons (agreement, digest, words) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [id, digest, body.reason],
    )
    return { digest }
  },
})

const formatShown = (it: ShownAgreement) => ({
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

const randomHex = (bytes: number): Hex => `0x${randomBytes(bytes).toString('hex')}`

const personOf = ({ caller, refuse }: Access): Person =>
  caller.kind === 'person' ? caller : refuse(`somebody with one of the roles ${MARKET_ROLES.join(', ')}`)
