import { allowedNext, checkChain, contentDigest } from '@opem/domain'
import { sha256, toHex } from 'viem'
import { z } from 'zod'
import {
  type CompositionDocument,
  chainables,
  compositionPairs,
  inOrder,
  storeComposition,
} from '../../marketplace/composition/compositions.ts'
import { actorOf, addressOfAccount } from '../../marketplace/publish/owner.ts'
import { line, paragraphs } from '../../marketplace/publish/text.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import { seconds } from '../services.ts'
import { address, bytes32, count } from '../shapes.ts'
import { service, serviceOf } from './composition-shape.ts'

const chain = z.array(bytes32).max(8)

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
