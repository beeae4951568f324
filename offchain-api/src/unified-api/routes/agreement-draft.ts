import { randomBytes } from 'node:crypto'
import { contentDigest, draftAgreement, formatAgreementTerms, type Hex } from '@opem/domain'
import { sha256 } from 'viem'
import { z } from 'zod'
import { offeredListing } from '../../marketplace/contracting/listing.ts'
import { otherParty } from '../../marketplace/contracting/make-offer.ts'
import { ownData, sourceKindsOf } from '../../marketplace/contracting/own-data.ts'
import { ownMeters } from '../../marketplace/contracting/own-meters.ts'
import { needRole, partyOf } from '../../marketplace/contracting/party.ts'
import { agreementDocument, agreementId, agreementTerms } from '../../marketplace/contracting/shapes.ts'
import { offeredSources } from '../../marketplace/data/pass-on.ts'
import { planShape } from '../../marketplace/publish/document.ts'
import { Refusal } from '../problem.ts'
import { defineRoute, personOf } from '../route.ts'
import { bytes32, instant } from '../shapes.ts'

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

const randomHex = (bytes: number): Hex => `0x${randomBytes(bytes).toString('hex')}`
