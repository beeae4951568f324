import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { formatInstant, OpemError } from '@opem/domain'
import { answerQuestion } from '../adjust/answer-question.ts'
import { parseQuestion } from '../adjust/sign-adjustment.ts'
import { lagOf } from '../close-period/plan-batch.ts'
import type { Node } from '../node.ts'
import { answerProposal } from '../sign/answer-proposal.ts'
import { parseProposal } from '../sign/proposal.ts'
import { shortly } from '../submit/submit.ts'
import { openPeerCheck } from './peer-check.ts'

const MOST_BYTES = 1_000_000
const PEERS_ONLY = new Set(['/sign', '/adjust', '/wake'])
const STATUS: Record<string, number> = {
  ERR_ORACLE_DISAGREES: 409,
  ERR_ORACLE_COMMUNITY_UNKNOWN: 404,
  ERR_ORACLE_DEADLINE: 409,
  ERR_ORACLE_PROPOSAL: 400,
}

/**
 * The node's own door, on loopback: `GET /health` for all; `POST /sign`, `POST /adjust` and `POST /wake` for its peers alone, because what a
 * node answers tells about balances, and each question costs it a recomputation.
 */
export async function openDoor(node: Node, wake: (community: string | undefined) => void) {
  const peerOf = openPeerCheck(node.settings)
  const server = createServer((request, response) => {
    answer(request).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => {
        const code = error instanceof OpemError ? error.code : 'ERR_ORACLE'
        node.log.warn('request-failed', { path: request.url, code, why: shortly(error) })
        send(response, 503, problem(503, code, `this node cannot answer now (${shortly(error)}): ask again`))
      },
    )
  })

  async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const path = new URL(request.url ?? '/', 'http://node').pathname
    if (request.method === 'GET' && path === '/health') return { status: 200, body: health(node) }
    if (request.method !== 'POST' || !PEERS_ONLY.has(path))
      return {
        status: 404,
        body: problem(404, 'ERR_NOT_FOUND', 'this door has GET /health, POST /sign and POST /adjust'),
      }
    const peer = await peerOf(request, () => readBody(request))
    if (!peer.ok) {
      node.log.warn('stranger-refused', { path, code: peer.code })
      return { status: 401, body: problem(401, peer.code, `this door answers the oracle's nodes: ${peer.reason}`) }
    }
    if (path === '/wake') {
      const body = parseJson(peer.value.body) as { community?: unknown } | undefined
      wake(typeof body?.community === 'string' ? body.community : undefined)
      return { status: 202, body: {} }
    }
    if (path === '/adjust') {
      const question = parseQuestion(parseJson(peer.value.body))
      const result = question.ok ? await answerQuestion(node, question.value) : question
      if (result.ok) return { status: 200, body: result.value }
      if (question.ok) {
        const { community, start, number } = question.value
        node.log.warn('refused', { community, start, adjustment: number, code: result.code, why: result.reason })
      }
      const status = STATUS[result.code] ?? 400
      return { status, body: problem(status, result.code, result.reason) }
    }
    const proposal = parseProposal(parseJson(peer.value.body))
    const result = proposal.ok ? await answerProposal(node, proposal.value) : proposal
    if (result.ok) return { status: 200, body: result.value }
    if (proposal.ok) {
      const { community, start, revision } = proposal.value.report
      node.log.warn('refused', { community, start, revision, code: result.code, why: result.reason })
    }
    const status = STATUS[result.code] ?? 400
    return { status, body: problem(status, result.code, result.reason) }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(node.settings.port, '127.0.0.1', resolve)
  })
  return {
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** What the supervisor and the operator see: how far each community is, and what is under way to the chain. */
export function health(node: Node) {
  const now = node.now()
  return {
    status: 'ready',
    node: node.account.address.toLowerCase(),
    communities: node.chain.communities().map(({ id, next, until, periodSeconds }) => ({
      id,
      nextPeriod: formatInstant(next),
      lag: lagOf(next, until, periodSeconds, now),
    })),
    outbox: node.outbox.count(),
  }
}

const problem = (status: number, code: string, detail: string) => ({
  type: 'about:blank',
  title: code === 'ERR_ORACLE_DISAGREES' ? 'this node computes otherwise' : 'refused',
  status,
  code,
  detail,
})

function send(response: ServerResponse, status: number, body: unknown) {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body))
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MOST_BYTES)
      throw new OpemError({ code: 'ERR_ORACLE_PROPOSAL', shortMessage: `more than ${MOST_BYTES} bytes` })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
