import { OpemError } from '@opem/domain'
import { runMarketAudit } from './run-market-audit.ts'
import type { Reply, Wish } from './worker-messages.ts'

// The audit's own thread: it recovers thousands of signatures, during which a page could neither be scrolled nor stop it.
const say = (reply: Reply): void => self.postMessage(reply)

/** Milliseconds between two words about how far it is: drawn oftener nobody sees it. */
const PAUSE = 100

self.addEventListener('message', async ({ data: wish }: MessageEvent<Wish>) => {
  let [told, at] = [-PAUSE, 'events']
  try {
    const outcome = await runMarketAudit({
      ...{ ...wish, signal: new AbortController().signal },
      onProgress: (step, done, of) => {
        const now = performance.now()
        if (step === at && now - told < PAUSE) return
        told = now
        at = step
        say({ is: 'progress', step, done, of })
      },
    })
    say({ is: 'done', outcome })
  } catch (error) {
    const reason = error instanceof OpemError ? error.shortMessage : error instanceof Error ? error.message : `${error}`
    say({ is: 'failed', code: error instanceof OpemError ? error.code : 'ERR_AUDIT', reason })
  }
})
