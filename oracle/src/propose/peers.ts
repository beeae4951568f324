import type { Hex } from 'viem'
import { z } from 'zod'
import { formatQuestion, type Question } from '../adjust/sign-adjustment.ts'
import { formatProposal, type Proposal } from '../sign/proposal.ts'

const Answer = z.object({
  node: z.string(),
  signature: z
    .string()
    .regex(/^0x[0-9a-fA-F]{130}$/)
    .transform((text) => text as Hex),
})

export type PeerAnswer =
  | { readonly status: 'signed'; readonly signature: Hex }
  | { readonly status: 'refused'; readonly code: string; readonly detail: string }
  | { readonly status: 'unreachable'; readonly detail: string }

const SIGN_TIMEOUT_MS = 20_000
const PROBE_TIMEOUT_MS = 1_000
const PROBE_AGE_MS = 1_000
const FAILURE_AGE_MS = 30_000

/**
 * The other nodes over HTTP. What they answer is a claim: the caller checks every signature.
 * @param signed sends requests signed as this node, which the others' doors ask for
 */
export function openPeers(urls: readonly string[], signed: typeof fetch) {
  const probes = new Map<number, { at: number; alive: boolean }>()
  const failures = new Map<number, number>()

  async function put(seat: number, path: 'sign' | 'adjust', question: string): Promise<PeerAnswer> {
    const answer = await send(seat, path, question)
    if (answer.status === 'unreachable') failures.set(seat, Date.now())
    else failures.delete(seat)
    return answer
  }

  async function send(seat: number, path: string, body: string): Promise<PeerAnswer> {
    try {
      const response = await signed(`${urls[seat]}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(SIGN_TIMEOUT_MS),
      })
      const said: unknown = await response.json()
      if (!response.ok) {
        const problem = said as { code?: string; detail?: string }
        return { status: 'refused', code: String(problem.code), detail: String(problem.detail).slice(0, 300) }
      }
      const answer = Answer.safeParse(said)
      return answer.success
        ? { status: 'signed', signature: answer.data.signature }
        : { status: 'refused', code: 'ERR_ORACLE_ANSWER', detail: 'the answer holds no signature of 65 bytes' }
    } catch (error) {
      return { status: 'unreachable', detail: error instanceof Error ? error.message : String(error) }
    }
  }

  async function isAlive(seat: number): Promise<boolean> {
    const known = probes.get(seat)
    if (known && Date.now() - known.at < PROBE_AGE_MS) return known.alive
    const alive = await fetch(`${urls[seat]}/health`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).then(
      (response) => response.body?.cancel().then(() => true) ?? true,
      () => false,
    )
    probes.set(seat, { at: Date.now(), alive })
    return alive
  }

  return {
    ask: (seat: number, proposal: Proposal) => put(seat, 'sign', formatProposal(proposal)),
    askAdjustment: (seat: number, question: Question) => put(seat, 'adjust', formatQuestion(question)),
    isAlive,
    /** The same seats, those that did not answer lately last: a node that hangs must not cost every batch a wait. */
    inOrder: (seats: readonly number[]): number[] => {
      const late = (seat: number) => Number(Date.now() - (failures.get(seat) ?? 0) < FAILURE_AGE_MS)
      return [...seats].sort((a, b) => late(a) - late(b))
    },
    /** Tells the others that the chain has news, so that the next in turn need not wait for its poll. */
    wake(own: number, community: string) {
      for (const [seat, url] of urls.entries()) {
        if (seat === own) continue
        const body = JSON.stringify({ community })
        const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS)
        const headers = { 'content-type': 'application/json' }
        void signed(`${url}/wake`, { method: 'POST', headers, body, signal }).then(
          (r) => r.body?.cancel(),
          () => undefined,
        )
      }
    },
  }
}

export type Peers = ReturnType<typeof openPeers>
