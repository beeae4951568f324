import { setTimeout as sleep } from 'node:timers/promises'
import { type MarketIndex, OpemError } from '@opem/domain'

/** How long an index may take for a block that it has not read yet. */
const WAIT = 30_000

/** The index at a GraphQL URL, for the audit of the market. Codes: `ERR_INDEX` with its own words. */
export function openIndex(url: string): MarketIndex {
  async function ask(query: string): Promise<unknown> {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: AbortSignal.timeout(60_000),
    })
    const { data, errors } = (await answer.json()) as { data?: unknown; errors?: readonly { message?: string }[] }
    if (errors === undefined && answer.ok) return data
    const words = errors?.map(({ message }) => message).join('; ') ?? `it answered ${answer.status}`
    throw new OpemError({ code: 'ERR_INDEX', shortMessage: `The index at ${url} refused: ${words}`, retryable: true })
  }
  async function now(): Promise<number> {
    const { _meta } = (await ask('{ _meta { block { number } } }')) as { _meta?: { block?: { number?: unknown } } }
    return Number(_meta?.block?.number ?? -1)
  }
  return {
    ask,
    async reach(block) {
      for (const end = Date.now() + WAIT; ; await sleep(500)) {
        const at = await now()
        if (at >= block || Date.now() > end) return at
      }
    },
  }
}
