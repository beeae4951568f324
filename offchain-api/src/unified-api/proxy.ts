import { OpemError } from '@opem/domain'
import express, { Router } from 'express'
import { z } from 'zod'
import { Refusal } from './problem.ts'

const call = z.looseObject({ jsonrpc: z.literal('2.0'), method: z.string().max(100) })
const chainBody = z.union([call, z.array(call).min(1).max(200)])
const graphBody = z.strictObject({
  query: z.string().max(100_000),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().max(200).nullish(),
  extensions: z.record(z.string(), z.unknown()).optional(),
})

// A page reads the chain and sends signed transactions; it does not administer the node, nor sign with its keys.
const PAGE_METHOD = /^(eth_(?!send(?!RawTransaction$)|sign|submit|resend|fill)|net_|web3_)[A-Za-z0-9]+$/

/** `/chain`: JSON-RPC by POST, so that the page needs one origin only. */
export function proxyChain(url: string): Router {
  const router = Router()
  router.post('/chain', express.json({ limit: 1_000_000 }), async (request, response) => {
    const parsed = chainBody.safeParse(request.body)
    if (!parsed.success) throw new Refusal(400, 'ERR_BODY', 'send a JSON-RPC 2.0 call, or up to 200 of them')
    const refused = [parsed.data].flat().find(({ method }) => !PAGE_METHOD.test(method))
    if (refused) throw new Refusal(403, 'ERR_CHAIN_METHOD', `${refused.method} is not served here; ask the node itself`)
    await forward(url, request.body, response, 'ERR_CHAIN_AWAY', 'the chain')
  })
  return router
}

/** `/subgraph`: GraphQL by POST. */
export function proxySubgraph(url: string): Router {
  const router = Router()
  router.post('/subgraph', express.json({ limit: 200_000 }), async (request, response) => {
    const parsed = graphBody.safeParse(request.body)
    if (!parsed.success) throw new Refusal(400, 'ERR_BODY', 'send {"query": "…", "variables": {…}}')
    await forward(url, parsed.data, response, 'ERR_INDEX_AWAY', 'the index')
  })
  return router
}

const LARGEST_ANSWER = 64 * 1024 * 1024

async function forward(url: string, body: unknown, response: express.Response, code: string, part: string) {
  let answer: Response
  let bytes: Buffer
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    })
    bytes = Buffer.from(await answer.arrayBuffer())
  } catch (cause) {
    throw new OpemError({
      code,
      shortMessage: `${part} does not answer; try again in a moment`,
      cause,
      retryable: true,
    })
  }
  if (bytes.length > LARGEST_ANSWER) throw new Refusal(502, code, `${part} answered with more than 64 MB; ask for less`)
  response.status(answer.status).set('Content-Type', 'application/json').set('Cache-Control', 'no-store').send(bytes)
}
