import type { Request, Response } from 'express'

export type Announcement =
  | {
      readonly event: 'settled'
      readonly data: { community: string; start: string; periods: number; revision: number }
    }
  | { readonly event: 'reading'; readonly data: { meters: string[]; from: string; to: string; readings: number } }
  | { readonly event: 'part'; readonly data: { name: string; status: 'ready' | 'away' } }

/** Server-sent events of `GET /v1/stream`: what changed, so that a page asks again. */
export interface Announcements {
  announce(announcement: Announcement): void
  subscribe(request: Request, response: Response): void
  close(): void
}

const HEARTBEAT_MS = 15_000 // proxies and browsers drop what stays silent
const MOST_LISTENERS = 200

export function createAnnouncements(): Announcements {
  const listeners = new Set<Response>()
  const heartbeat = setInterval(() => send(': still here\n\n'), HEARTBEAT_MS)
  heartbeat.unref()
  const send = (text: string) => {
    for (const listener of listeners) {
      // A page that does not read is let go; it reconnects by itself.
      if (listener.writableLength > 1_000_000) listener.destroy()
      else listener.write(text)
    }
  }
  return {
    announce: ({ event, data }) => send(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    subscribe(request, response) {
      if (listeners.size >= MOST_LISTENERS) {
        response.status(503).end()
        return
      }
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        Connection: 'keep-alive',
      })
      response.write('retry: 2000\n\n')
      listeners.add(response)
      request.on('close', () => listeners.delete(response))
    },
    close() {
      clearInterval(heartbeat)
      for (const listener of listeners) listener.end()
      listeners.clear()
    },
  }
}
