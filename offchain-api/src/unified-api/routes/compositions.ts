import { randomBytes } from 'node:crypto'
import { allowedNext, checkChain, contentDigest, formatInstant, type Hex, LISTING_EXAMPLES, mayUse } from '@opem/domain'
import { sha256, toBytes, toHex } from 'viem'
import { z } from 'zod'
import { noteAction } from '../../marketplace/audit-log/note.ts'
import {
  type CompositionDocument,
  chainables,
  compositionPairs,
  decisionsOf,
  inOrder,
  listCompositions,
  type StoredComposition,
  seenComposition,
  storeComposition,
  unknownComposition,
} from '../../marketplace/composition/compositions.ts'
import {
  outputOf,
  readRun,
  retryRun,
  runsOf,
  type StoredRun,
  startRun,
  stepsOf,
} from '../../marketplace/composition/runs.ts'
import { type Actor, actorOf, addressOfAccount } from '../../marketplace/publish/owner.ts'
import { begin } from '../../marketplace/publish/provider-steps.ts'
import { line, paragraphs } from '../../marketplace/publish/text.ts'
import { fromCursor, pageFrom, pageOf, paging } from '../paging.ts'
import { Refusal } from '../problem.ts'
import { type Access, defineRoute } from '../route.ts'
import type { Services } from '../services.ts'
import { address, bytes32, count, instantText } from '../shapes.ts'

const params = z.strictObject({ id: bytes32 })
const runParams = params.extend({ run: z.string().regex(/^[A-Za-z0-9_-]{22}$/) })
const stage = z.enum(['draft', 'requested', 'approved', 'rejected', 'withdrawn'])
const chain = z.array(bytes32).max(8)
const seconds = ({ now }: Services) => Math.floor(now() / 1000)

const head = {
  id: bytes32,
  title: z.string(),
  state: stage,
  mine: z.boolean(),
  steps: count,
  createdAt: instantText,
}
const service = z.object({
  listing: bytes32,
  title: z.string(),
  provider: z.string(),
  category: z.string(),
  agreement: bytes32.nullable().meta({ description: 'the caller’s own, in force; null: contract it first' }),
})
const pair = z.strictObject({
  before: z.string().regex(/^(0x[0-9a-f]{64}|[A-Za-z][A-Za-z0-9.-]{1,39})$/, 'the id of a listing, or a category'),
  after: z.string().regex(/^(0x[0-9a-f]{64}|[A-Za-z][A-Za-z0-9.-]{1,39})$/, 'the id of a listing, or a category'),
})

const runStep = z
  .object({
    place: count,
    attempt: count,
    state: z.enum(['running', 'done', 'failed']),
    status: count.nullable(),
    code: z.string().nullable(),
    bytesIn: count,
    bytesOut: count.nullable(),
    milliUnits: z.string().nullable(),
    startedAt: z.number().meta({ description: 'seconds since 1970, with fractions' }),
    endedAt: z.number().nullable(),
  })
  .meta({ id: 'CompositionRunStep' })
const runShape = z
  .object({
    id: z.string(),
    agreement: bytes32.nullable().meta({
      description:
        'under which a user of the composed service called it, who alone sees what it gave; null: your own run',
    }),
    state: z.enum(['running', 'done', 'failed']),
    place: count.meta({ description: 'the step that is under way or failed; the number of steps when all are done' }),
    startedAt: instantText,
    endedAt: instantText.nullable(),
    steps: z.array(runStep),
  })
  .meta({ id: 'CompositionRun' })

export const outputShape = z
  .object({ contentType: z.string(), body: z.string().meta({ description: 'the bytes as UTF-8' }) })
  .meta({ id: 'CompositionOutput' })

const eyesOf = ({ account, person }: Actor) => ({
  account,
  provides: mayUse(person.actors, 'service-composition-procurement'),
})

export const getCompositions = defineRoute({
  method: 'get',
  path: '/v1/compositions',
  summary: 'Compositions of the caller, and those that others make of the caller’s services. The newest first.',
  access: 'see-composition',
  query: z.strictObject({ ...paging }),
  answers: pageOf(z.object(head).meta({ id: 'CompositionLine' })),
  async handle({ query: { after, limit } }, { store }, { caller }) {
    const actor = actorOf(caller)
    const key = fromCursor(after, z.tuple([z.number(), z.string()]))
    const found = await listCompositions(store.rows, eyesOf(actor), { after: key, limit: limit + 1 })
    const { items, next } = pageFrom(found, limit, ({ createdAt, id }) => [createdAt, id])
    return { items: items.map((one) => headOf(one, actor)), next }
  },
})

export const postCompositionChoices = defineRoute({
  method: 'post',
  path: '/v1/compositions/choices',
  summary: 'Whether a chain is allowed so far, and which services may come next. Nothing is kept.',
  access: 'request-composition',
  body: z.strictObject({ chain }),
  answers: z.object({
    chain: z.array(service),
    verdict: z.object({
      ok: z.boolean(),
      at: count.nullable(),
      problem: z.string().nullable(),
      reason: z.string().nullable(),
    }),
    next: z.array(service),
  }),
  async handle({ body }, services, { caller }) {
    const { account } = actorOf(caller)
    const [offered, pairs] = await Promise.all([
      chainables(services.store.rows, { account, now: seconds(services) }),
      compositionPairs(services.store.rows),
    ])
    const chained = inOrder(body.chain, offered)
    const verdict = checkChain(chained, pairs)
    const next = new Set(allowedNext(chained, offered, pairs).map(({ listing }) => listing))
    return {
      chain: chained.map(serviceOf),
      verdict: verdict.ok ? { ok: true, at: null, problem: null, reason: null } : verdict,
      next: offered.filter(({ listing }) => next.has(listing)).map(serviceOf),
    }
  },
})

export const postComposition = defineRoute({
  method: 'post',
  path: '/v1/compositions',
  summary:
    'Writes a composition of contracted services down, and answers the id and digest that the user’s wallet sends to CompositionRegistry.',
  access: 'request-composition',
  body: z.strictObject({ title: line(120), description: paragraphs(4000), chain: chain.min(2) }),
  answers: z.object({ id: bytes32, content: bytes32, listings: z.array(bytes32), party: address }),
  async handle({ body }, services, { caller }) {
    const actor = actorOf(caller)
    const party = addressOfAccount(actor)
    const { rows } = services.store
    const now = seconds(services)
    const offered = await chainables(rows, { account: actor.account, now })
    const chained = inOrder(body.chain, offered)
    const verdict = checkChain(chained, await compositionPairs(rows))
    if (!verdict.ok)
      throw new Refusal(422, 'ERR_COMPOSITION_CHAIN', `service ${verdict.at + 1} does not fit: ${verdict.reason}`)
    const missing = chained.filter(({ agreement }) => agreement === null)
    if (missing.length > 0)
      throw new Refusal(
        409,
        'ERR_COMPOSITION_NOT_CONTRACTED',
        `contract ${missing.map(({ title }) => `“${title}”`).join(', ')} first; every service of a chain is contracted`,
      )
    const document: CompositionDocument = {
      schema: 'opem/composition/1',
      ...{ title: body.title, description: body.description },
      steps: chained.map(({ listing, version, title }) => ({ listing, version, title })),
    }
    const id = toHex(crypto.getRandomValues(new Uint8Array(32)))
    const content = contentDigest(document, sha256)
    const listings = chained.map(({ listing }) => listing)
    await storeComposition(rows, { id, account: actor.account, address: party, content, document, listings, now })
    return { id, content, listings, party }
  },
})

export const getComposition = defineRoute({
  method: 'get',
  path: '/v1/compositions/{id}',
  summary: 'One composition: its services, what their providers said, and to its user the runs.',
  access: 'see-composition',
  params,
  answers: z
    .object({
      ...head,
      description: z.string(),
      content: bytes32,
      party: address.meta({ description: 'address that stands for whoever wrote it on the chain' }),
      user: z.string(),
      listing: bytes32.nullable(),
      services: z.array(
        service.extend({
          state: z.string(),
          own: z.boolean().meta({ description: 'the caller’s account provides it' }),
          decision: z
            .object({ approved: z.boolean(), reason: z.string().nullable(), decidedAt: instantText })
            .nullable(),
        }),
      ),
      runs: z.array(runShape),
    })
    .meta({ id: 'Composition' }),
  async handle({ params: { id } }, services, { caller }) {
    const actor = actorOf(caller)
    const { rows } = services.store
    const found = await seenComposition(rows, id, eyesOf(actor))
    const mine = found.account === actor.account
    const [known, decisions, runs, [user]] = await Promise.all([
      chainables(rows, { account: found.account, now: seconds(services), only: found.listings }),
      decisionsOf(rows, id),
      mine ? runsOf(rows, id) : [],
      rows<{ name: string }>('SELECT name FROM accounts WHERE account = $1', [found.account]),
    ])
    return {
      ...headOf(found, actor),
      ...{ description: found.document!.description, content: found.content },
      ...{ party: found.address, user: user?.name ?? '' },
      listing: mine ? found.listing : null,
      services: inOrder(found.listings, known).map((one, place) => {
        const said = decisions.find((decision) => decision.place === place)
        return {
          ...serviceOf(one),
          agreement: mine ? one.agreement : null,
          ...{ state: one.state, own: one.providerAccount === actor.account },
          decision: said
            ? { approved: said.approved, reason: said.reason, decidedAt: formatInstant(said.decidedAt) }
            : null,
        }
      }),
      runs: await Promise.all(runs.map((run) => runOf(services, run))),
    }
  },
})

export const postCompositionReason = defineRoute({
  method: 'post',
  path: '/v1/compositions/{id}/reasons',
  summary: 'Keeps the words of a provider’s reason off the chain, and answers the digest that their wallet sends.',
  access: 'decide-composition',
  params,
  body: z.strictObject({ words: paragraphs(1000) }),
  answers: z.object({ reason: bytes32 }),
  async handle({ params: { id }, body: { words } }, { store }, { caller }) {
    const actor = actorOf(caller)
    const found = await seenComposition(store.rows, id, eyesOf(actor))
    const [own] = await store.rows('SELECT 1 FROM market_listings WHERE listing = ANY($1) AND account = $2', [
      found.listings,
      actor.account,
    ])
    if (!own) throw unknownComposition(id)
    const reason = sha256(toBytes(words))
    await store.rows(
      `INSERT INTO market_composition_reasons (composition, digest, words) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
      [id, reason, words],
    )
    return { reason }
  },
})

/** Whose composition it is, person or machine, and how they show who they are. @throws Refusal ERR_COMPOSITION_UNKNOWN */
async function ownComposition({ store }: Services, { caller }: Access, id: string): Promise<StoredComposition> {
  const account = caller.kind === 'nobody' ? null : caller.account
  if (account === null) throw unknownComposition(id)
  const found = await seenComposition(store.rows, id, { account, provides: false })
  return found
}

const shownBy = ({ caller }: Access) => (caller.kind === 'system' ? 'signature' : 'token')

export const postCompositionRun = defineRoute({
  method: 'post',
  path: '/v1/compositions/{id}/run',
  summary:
    'Runs an approved composition: the body’s input goes to the first service, what each gives to the next. Each call is counted under its own agreement.',
  access: 'run-composition',
  params,
  query: z.strictObject({
    wait: z.coerce.number().int().min(0).max(60).default(0).meta({ description: 'seconds to wait for the end' }),
  }),
  body: z.strictObject({ input: z.json() }),
  bodyLimit: 1_000_000,
  answers: runShape,
  async handle({ params: { id }, query: { wait }, body: { input } }, services, access) {
    const found = await ownComposition(services, access, id)
    if (found.state !== 'approved')
      throw new Refusal(
        409,
        'ERR_COMPOSITION_STATE',
        `the composition is ${found.state}; it runs when every provider has approved it`,
      )
    const { rows } = services.store
    const [{ running } = { running: 0 }] = await rows<{ running: number }>(
      `SELECT count(*)::int AS running FROM market_composition_runs
       WHERE composition = $1 AND state = 'running' AND agreement IS NULL`,
      [id],
    )
    if (running >= MOST_RUNNING)
      throw new Refusal(
        429,
        'ERR_TOO_MANY',
        `${running} runs of this composition are under way; wait for one to end`,
        5,
      )
    const run = randomBytes(16).toString('base64url')
    await startRun(rows, {
      ...{ id: run, composition: id as Hex, input: Buffer.from(JSON.stringify(input)), input_type: 'application/json' },
      ...{ shown: shownBy(access), from_address: access.address, now: seconds(services) },
    })
    services.compositions.wake()
    return runOf(services, await ended(services, id, run, wait))
  },
})

const MOST_RUNNING = 16

/** The run when it has ended, or as it stands after so many seconds. */
async function ended({ store }: Services, composition: string, id: string, wait: number): Promise<StoredRun> {
  for (const until = Date.now() + wait * 1000; ; ) {
    const run = await readRun(store.rows, composition, id)
    if (!run) throw unknownRun(id)
    if (run.state !== 'running' || Date.now() >= until) return run
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

export const getCompositionRun = defineRoute({
  method: 'get',
  path: '/v1/compositions/{id}/runs/{run}',
  summary: 'How far a run has come, step by step.',
  access: 'run-composition',
  params: runParams,
  answers: runShape,
  async handle({ params: { id, run } }, services, access) {
    await ownComposition(services, access, id)
    return runOf(services, await ended(services, id, run, 0))
  },
})

export const getCompositionOutput = defineRoute({
  method: 'get',
  path: '/v1/compositions/{id}/runs/{run}/output',
  summary: 'What the last service of a run gave. It is kept for a day.',
  access: 'run-composition',
  params: runParams,
  answers: outputShape,
  async handle({ params: { id, run } }, services, access) {
    await ownComposition(services, access, id)
    const found = ownRun(await readRun(services.store.rows, id, run), run)
    return shownOutput(await outputOf(services.store.rows, found))
  },
})

export const postCompositionRetry = defineRoute({
  method: 'post',
  path: '/v1/compositions/{id}/runs/{run}/retry',
  summary: 'Lets a failed run go on at the step that failed; what went well is not asked and not paid again.',
  access: 'run-composition',
  params: runParams,
  query: z.strictObject({ wait: z.coerce.number().int().min(0).max(60).default(0) }),
  answers: runShape,
  async handle({ params: { id, run }, query: { wait } }, services, access) {
    await ownComposition(services, access, id)
    const found = ownRun(await readRun(services.store.rows, id, run), run)
    await retryRun(services.store.rows, {
      ...{ run: found, shown: shownBy(access), from: access.address, now: seconds(services) },
    })
    services.compositions.wake()
    return runOf(services, await ended(services, id, run, wait))
  },
})

export const postCompositionListing = defineRoute({
  method: 'post',
  path: '/v1/compositions/{id}/listing',
  summary: 'Begins a listing of kind composed from an approved composition, for its user to publish as a provider.',
  access: 'publish',
  params,
  answers: z.object({ listing: bytes32 }),
  async handle({ params: { id } }, services, { caller }) {
    const actor = actorOf(caller)
    const { store } = services
    const now = seconds(services)
    return store.transaction(async (rows) => {
      const found = await seenComposition(rows, id, { account: actor.account, provides: false })
      if (found.state !== 'approved')
        throw new Refusal(
          409,
          'ERR_COMPOSITION_STATE',
          `the composition is ${found.state}; an approved one is published`,
        )
      const { title, description, steps } = found.document!
      const { dataNeeded: _data, parameters: _parameters, ...example } = LISTING_EXAMPLES.composed
      const document = {
        ...{ ...example, title, summary: description.slice(0, 280), description, dataNeeded: [], parameters: [] },
        ...{ keywords: [], region: [], access: {}, composition: { before: [], after: [] } },
        chain: { composition: found.id, steps: steps.map(({ listing, title }) => ({ listing, title })) },
      }
      const listing = await begin(rows, { actor, document, now })
      await rows('UPDATE market_compositions SET listing = $2 WHERE id = $1', [id, listing])
      return { listing }
    })
  },
})

const pairShown = pair.extend({ rule: z.enum(['allow', 'forbid']), reason: z.string(), changedAt: instantText })

export const getCompositionPairs = defineRoute({
  method: 'get',
  path: '/v1/market/composition-pairs',
  summary: 'Which services may or may not follow one another, as the operator says, beside what their providers say.',
  access: 'signed-in',
  answers: z.object({ items: z.array(pairShown) }),
  handle: async (_, { store }) => ({
    items: (
      await store.rows<z.output<typeof pairShown> & { at: number }>(
        `SELECT before, after, rule, reason, changed_at::float8 AS at FROM market_composition_pairs ORDER BY before, after`,
      )
    ).map(({ at, ...one }) => ({ ...one, changedAt: formatInstant(at) })),
  }),
})

export const putCompositionPair = defineRoute({
  method: 'put',
  path: '/v1/market/composition-pairs',
  summary: 'Allows or forbids two neighbours, by listing or category; "none" leaves it to what the services say.',
  access: 'govern-market',
  body: pair.extend({ rule: z.enum(['allow', 'forbid', 'none']), reason: line(280) }),
  answers: pair.extend({ rule: z.enum(['allow', 'forbid', 'none']) }),
  async handle({ body: { before, after, rule, reason } }, services, { caller }) {
    const { did, account } = actorOf(caller)
    const now = seconds(services)
    await services.store.transaction(async (rows) => {
      if (rule === 'none')
        await rows('DELETE FROM market_composition_pairs WHERE before = $1 AND after = $2', [before, after])
      else
        await rows(
          `INSERT INTO market_composition_pairs (before, after, rule, reason, changed_at, changed_by)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (before, after) DO UPDATE SET rule = excluded.rule,
             reason = excluded.reason, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
          [before, after, rule, reason, now, did],
        )
      await noteAction(
        rows,
        { by: did, account, action: 'composition.pair-changed', about: { before, after }, detail: { rule } },
        now,
      )
    })
    return { before, after, rule }
  },
})

/** @throws Refusal ERR_RUN_OUTPUT */
export function shownOutput(output: { bytes: Buffer; type: string } | undefined) {
  if (!output) throw new Refusal(404, 'ERR_RUN_OUTPUT', 'the run has not ended well, or what it gave is gone')
  return { contentType: output.type, body: output.bytes.toString('utf8') }
}

export const unknownRun = (id: string) =>
  new Refusal(404, 'ERR_RUN_UNKNOWN', `there is no run ${id} of this composition`)

/** What others put into the composed service and got from it is nobody's but theirs. @throws Refusal ERR_RUN_UNKNOWN */
function ownRun(run: StoredRun | undefined, id: string): StoredRun {
  if (run?.agreement === null) return run
  throw unknownRun(id)
}

async function runOf({ store }: Services, run: StoredRun) {
  const steps = await stepsOf(store.rows, run.id)
  return {
    ...{
      id: run.id,
      agreement: run.agreement,
      state: run.state,
      place: run.place,
      startedAt: formatInstant(run.started_at),
    },
    endedAt: run.ended_at === null ? null : formatInstant(run.ended_at),
    steps: steps.map(({ agreement: _agreement, ...one }) => one),
  }
}

const serviceOf = ({ listing, title, provider, category, agreement }: z.output<typeof service> | never) => ({
  ...{ listing, title, provider, category, agreement },
})

const headOf = (one: StoredComposition, { account }: Actor) => ({
  ...{ id: one.id, title: one.document?.title ?? '', state: one.state, mine: one.account === account },
  ...{ steps: one.listings.length, createdAt: formatInstant(one.createdAt) },
})
