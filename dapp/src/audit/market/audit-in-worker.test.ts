import { expect, test } from 'vitest'
import { type AuditThread, auditInWorker } from './audit-in-worker.ts'
import type { MarketAuditOutcome, MarketAuditWish } from './run-market-audit.ts'
import type { Reply } from './worker-messages.ts'

/** A thread that does nothing but what a test lets it say. */
function threadOf() {
  const seen: { asked?: unknown; ended: number } = { ended: 0 }
  const thread: AuditThread = {
    onmessage: null,
    onerror: null,
    postMessage: (wish: unknown) => {
      seen.asked = wish
    },
    terminate: () => {
      seen.ended += 1
    },
  }
  const say = (data: Reply) => thread.onmessage!.call({} as Worker, { data } as MessageEvent)
  return { thread, seen, say }
}
const SETTINGS = { chainId: 7 } as MarketAuditWish['settings']
const wish = (more: Partial<MarketAuditWish> = {}): MarketAuditWish => ({
  ...{ settings: SETTINGS, origin: 'http://here', span: {}, withIndex: true, onProgress: () => {} },
  ...{ signal: new AbortController().signal, ...more },
})

test('the thread is asked for what can be sent to it, tells how far it is, and ends with its outcome', async () => {
  const { thread, seen, say } = threadOf()
  const steps: string[] = []
  const outcome = { at: 5 } as MarketAuditOutcome
  const audited = auditInWorker(wish({ onProgress: (step, done, of) => steps.push(`${step} ${done}/${of}`) }), thread)
  expect(structuredClone(seen.asked)).toEqual({ settings: SETTINGS, origin: 'http://here', span: {}, withIndex: true })
  say({ is: 'progress', step: 'states', done: 3, of: 9 })
  say({ is: 'done', outcome })
  expect([await audited, steps, seen.ended]).toEqual([outcome, ['states 3/9'], 1])
})

test('to stop it ends the thread', async () => {
  const { thread, seen } = threadOf()
  const stop = new AbortController()
  const audited = auditInWorker(wish({ signal: stop.signal }), thread)
  stop.abort(new Error('stopped'))
  await expect(audited).rejects.toThrow('stopped')
  expect(seen.ended).toBe(1)
})

test('why it failed comes with its code', async () => {
  const { thread, say } = threadOf()
  const audited = auditInWorker(wish(), thread)
  say({ is: 'failed', code: 'ERR_RANGE', reason: 'no block' })
  await expect(audited).rejects.toMatchObject({ code: 'ERR_RANGE', shortMessage: 'no block' })
})

test('a thread that does not run is said', async () => {
  const { thread, seen } = threadOf()
  const audited = auditInWorker(wish(), thread)
  thread.onerror!.call({} as Worker, { message: 'refused' } as ErrorEvent)
  await expect(audited).rejects.toMatchObject({ code: 'ERR_WORKER' })
  expect(seen.ended).toBe(1)
})
