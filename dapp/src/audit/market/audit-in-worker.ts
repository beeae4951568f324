import { OpemError } from '@opem/domain'
import type { MarketAuditOutcome, MarketAuditWish } from './run-market-audit.ts'
import type { Reply, Wish } from './worker-messages.ts'

/** The part of a `Worker` that is used. */
export type AuditThread = Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>

const open = (): AuditThread =>
  new Worker(new URL('./audit.worker.ts', import.meta.url), { type: 'module', name: 'market-audit' })

/**
 * Audits the market on a thread of its own, so that the page stays usable. Aborting ends the thread at once, whatever it is at.
 * Codes: those of the audit, `ERR_AUDIT` for what has none, `ERR_WORKER` when the thread does not run.
 */
export function auditInWorker(
  { onProgress, signal, ...wish }: MarketAuditWish,
  thread: AuditThread = open(),
): Promise<MarketAuditOutcome> {
  return new Promise<MarketAuditOutcome>((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    thread.onmessage = ({ data }: MessageEvent<Reply>) => {
      if (data.is === 'progress') onProgress(data.step, data.done, data.of)
      else if (data.is === 'done') resolve(data.outcome)
      else reject(new OpemError({ code: data.code, shortMessage: data.reason }))
    }
    thread.onerror = ({ message }) =>
      reject(
        new OpemError({
          code: 'ERR_WORKER',
          shortMessage: `This browser did not run the audit’s own thread${message ? `: ${message}` : ''}. Load the page again, or use the command line.`,
        }),
      )
    thread.postMessage(wish satisfies Wish)
  }).finally(() => thread.terminate())
}
