import type { Request, Response } from 'express'
import { Refusal } from './problem.ts'

export type Announcement =
  | {
      readonly event: 'settled'
      readonly data: { community: string; start: string; periods: number; revision: number }
    }
  | { readonly event: 'reading'; readonly data: { meters: string[]; from: string; to: string; readings: number } }
  /** Somebody has a new notification: `account` is an id, or 'operator'. */
  | { readonly event: 'notification'; readonly data: { account: string } }
  | { readonly event: 'part'; readonly data: { name: string; status: 'ready' | 'away' } }

export type Shows = (announcement: Announcement) => Announcement | undefined

/** Server-sent events of `GET /v1/stream`: what changed, so that a page asks again. */
export interface Announcements {
  announce(announcement: Announcement): void
  /**
   * @param shows what of an announcement this listener is told; undefined: nothing
   * @param isIn asked at every heartbeat: a listener whose session has ended is let go
   * @param who listens: each has room for some pages, and leaves room for others
   * @throws Refusal 429 ERR_TOO_MANY, 503 ERR_TOO_MANY_LISTENERS
   */
  subscribe(request: Request, response: Response, shows: Shows, isIn: () => Promise<boolean>, who: string): void
  close(): void
}

const HEARTBEAT_MS = 15_000 // proxies and browsers drop what stays silent
const MOST_LISTENERS = 200
const MOST_OF_ONE = 20

export function createAnnouncements(): Announcements {
  const listeners = new Map<Response, { shows: Shows; isIn: () => Promise<boolean>; who: string }>()
  const send = (listener: Response, text: string) => {
    // A page that does not read is let go; it reconnects by itself.
    if (listener.writableLength > 1_000_000) listener.destroy()
    else listener.write(text)
  }
  const beat = async (listener: Response, isIn: () => Promise<boolean>) => {
    if (await isIn().catch(() => false)) send(listener, ': still here\n\n')
    else listener.end()
  }
  const heartbeat = setInterval(() => {
    for (const [listener, { isIn }] of listeners) void beat(listener, isIn)
  }, HEARTBEAT_MS)
  heartbeat.unref()
  return {
    announce(announcement) {
      for (const [listener, { shows }] of listeners) {
        const shown = shows(announcement)
        if (shown) send(listener, `event: ${shown.event}\ndata: ${JSON.stringify(shown.data)}\n\n`)
      }
    },
    subscribe(request, response, shows, isIn, who) {
      const own = [...listeners.values()].filter((one) => one.who === who).length
      if (own >= MOST_OF_ONE)
        throw new Refusal(429, 'ERR_TOO_MANY', `${own} of your pages listen already; close some`, 15)
      if (listeners.size >= MOST_LISTENERS)
        throw new Refusal(503, 'ERR_TOO_MANY_LISTENERS', 'too many pages listen already; ask again from time to time')
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        Connection: 'keep-alive',
      })
      response.write('retry: 2000\n\n')
      listeners.set(response, { shows, isIn, who })
      request.on('close', () => listeners.delete(response))
    },
    close() {
      clearInterval(heartbeat)
      for (const listener of listeners.keys()) listener.end()
      listeners.clear()
    },
  }
}
