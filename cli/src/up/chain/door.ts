import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { OpemError } from '@opem/domain'
import { z } from 'zod'
import type { Keeper } from './keeper.ts'
import { asPending, treatmentOf } from './methods.ts'
import type { Reply } from './rpc.ts'

const Request = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  method: z.string(),
  params: z.array(z.unknown()).optional(),
})
type Request = z.infer<typeof Request>
const RawTransaction = z.tuple([z.templateLiteral(['0x', z.string().regex(/^([0-9a-fA-F]{2})+$/)])])

const MOST_BYTES = 16_000_000
const refusal = (code: number, message: string, data?: object): Reply => ({
  error: { code, message, ...(data && { data }) },
})

/**
 * The chain's HTTP JSON-RPC door (single and batch), plus `GET /health`. Reads go to the engine as they are; raw transactions
 * go through the journal. While the chain is being restored every answer is HTTP 503 with `Retry-After` and a JSON-RPC error
 * whose `data` is `{"code":"ERR_CHAIN_RESTORING","retryable":true}`: clients such as viem and graph-node try again.
 */
export function createDoor(keeper: () => Keeper | null, developmentRpc: boolean): Server {
  const treat = (method: unknown) => (typeof method === 'string' ? treatmentOf(method, developmentRpc) : 'refused')

  return createServer((request, response) => {
    answer(request, response).catch((error) => {
      if (response.headersSent) response.destroy()
      else send(response, 503, { jsonrpc: '2.0', id: null, ...failure(error) })
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const kept = keeper()
    if (request.method === 'GET' && request.url === '/health') {
      const ready = kept?.rpc != null
      return send(response, ready ? 200 : 503, { status: ready ? 'ready' : 'restoring', block: kept?.block ?? -1 })
    }
    // A web page of another origin can post only simple content types unasked; JSON makes its browser ask us, and we do not answer.
    const json = request.headers['content-type']?.startsWith('application/json')
    if (request.method !== 'POST' || !json) {
      return send(response, 415, { jsonrpc: '2.0', id: null, ...refusal(-32600, 'POST JSON-RPC as application/json') })
    }
    const body = await readBody(request)
    if (body === null) {
      return send(response, 413, {
        jsonrpc: '2.0',
        id: null,
        ...refusal(-32600, `a request has at most ${MOST_BYTES} bytes`),
      })
    }
    let payload: unknown
    try {
      payload = JSON.parse(body.toString())
    } catch {
      return send(response, 400, { jsonrpc: '2.0', id: null, ...refusal(-32700, 'the request is not JSON') })
    }
    const calls = Array.isArray(payload) ? payload : [payload]
    const asRead = calls.every((call) => call !== null && typeof call === 'object' && treat(call.method) === 'read')
    if (asRead && calls.length > 0 && kept?.rpc) {
      const upstream = await kept.rpc.forward(body)
      response.writeHead(upstream.statusCode ?? 502, { 'content-type': 'application/json' })
      upstream.on('error', () => response.destroy()).pipe(response)
      return
    }
    const replies = await Promise.all(
      calls.map(async (call) => ({ jsonrpc: '2.0', id: call?.id ?? null, ...(await perform(call)) })),
    )
    const status = replies.some((reply) => 'error' in reply && isRetryable(reply)) ? 503 : 200
    send(response, status, Array.isArray(payload) ? replies : replies[0])
  }

  async function perform(call: unknown): Promise<Reply> {
    const parsed = Request.safeParse(call)
    if (!parsed.success) return refusal(-32600, z.prettifyError(parsed.error))
    try {
      return await performParsed(parsed.data)
    } catch (error) {
      return failure(error)
    }
  }

  async function performParsed({ method, params = [] }: Request): Promise<Reply> {
    const kept = keeper()
    if (!kept?.rpc) throw new OpemError(RESTORING)
    const treatment = treatmentOf(method, developmentRpc)
    switch (treatment) {
      case 'read':
        return (await kept.rpc.batch([{ method, params }]))[0]!
      case 'call':
        return (await kept.rpc.batch([{ method, params: asPending(params) }]))[0]!
      case 'transaction': {
        const raw = RawTransaction.safeParse(params)
        if (!raw.success) return refusal(-32602, 'eth_sendRawTransaction takes one signed transaction as 0x hex')
        return kept.transact(raw.data[0].toLowerCase() as `0x${string}`)
      }
      case 'development':
        return kept.develop(method, params)
      case 'refused':
        return refusal(-32601, `${method} is not served: sign transactions and send them with eth_sendRawTransaction`, {
          code: 'ERR_CHAIN_METHOD_REFUSED',
        })
      default:
        return treatment satisfies never
    }
  }
}

const RESTORING = {
  code: 'ERR_CHAIN_RESTORING',
  shortMessage: 'the chain is being restored; send the request again in a second',
  retryable: true,
}

/** A thrown error as JSON-RPC: what the engine said, or our own code with whether to try again. */
function failure(error: unknown): Reply {
  if (!(error instanceof OpemError)) return refusal(-32603, String(error))
  const { details } = error as { details?: { error?: { code: number; message: string } } }
  if (error.code === 'ERR_CHAIN_RPC' && details?.error) return { error: details.error }
  return refusal(-32603, error.shortMessage, { code: error.code, retryable: error.retryable })
}

const isRetryable = (reply: Reply) =>
  'error' in reply && (reply.error.data as { retryable?: boolean } | undefined)?.retryable === true

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length > MOST_BYTES) return null
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, status: number, payload: unknown): void {
  const headers = { 'content-type': 'application/json', ...(status === 503 && { 'retry-after': '1' }) }
  response.writeHead(status, headers).end(JSON.stringify(payload))
}
