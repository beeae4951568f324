import { existsSync, readFileSync } from 'node:fs'
import { writePrivate } from '@opem/ssi/wallet'
import { z } from 'zod'
import { refusal } from '../failure.ts'
import { STALE_MS, withLock } from './lock.ts'

const Session = z.looseObject({
  api: z.url(),
  accessToken: z.string(),
  refreshHandle: z.string(),
})
type Session = z.infer<typeof Session>

const Refreshed = z.object({ accessToken: z.string(), refreshHandle: z.string() })

/**
 * A `fetch` as somebody who signed in with a wallet (`opem wallet sign-in`): with the access token, and with the next one when
 * it is over. The tokens go to the API that gave them, and to no other. Several commands may run at once: a refresh handle
 * that came twice would end the session, so one of them asks for the next token and all of them use it.
 * @throws ERR_SESSION_MISSING, ERR_SESSION_API, ERR_SESSION_OVER, ERR_SESSION_REFRESH, ERR_LOCKED
 */
export function createSessionFetch(path: string, wallet: string): typeof fetch {
  let session = readSession(path, wallet)
  let refreshing: Promise<void> | undefined

  const send = (request: Request) => {
    const headers = new Headers(request.headers)
    headers.set('authorization', `Bearer ${session.accessToken}`)
    return fetch(new Request(request, { headers, redirect: 'error' }))
  }

  async function refresh(): Promise<void> {
    const kept = readSession(path, wallet)
    if (kept.accessToken !== session.accessToken) {
      session = kept
      return
    }
    const answer = await fetch(`${session.api}/v1/access/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshHandle: session.refreshHandle }),
      signal: AbortSignal.timeout(STALE_MS / 2),
    })
    if (answer.status === 401) {
      throw refusal(
        'ERR_SESSION_OVER',
        `The session of ${wallet} is over: opem wallet sign-in ${wallet} opens another.`,
      )
    }
    if (!answer.ok) {
      throw refusal(
        'ERR_SESSION_REFRESH',
        `The session of ${wallet} cannot be carried on now (HTTP ${answer.status}): try again in a moment.`,
      )
    }
    session = { ...session, ...Refreshed.parse(await answer.json()) }
    await writePrivate(path, session)
  }

  return async (input, init) => {
    const request = new Request(input, init)
    if (new URL(request.url).origin !== new URL(session.api).origin) {
      throw refusal(
        'ERR_SESSION_API',
        `${wallet} is signed in at ${session.api}, and this goes to ${new URL(request.url).origin}: sign in there.`,
      )
    }
    const first = await send(request.clone() as Request)
    if (first.status !== 401) return first
    await first.body?.cancel()
    refreshing ??= withLock(lockOf(path), refresh).finally(() => {
      refreshing = undefined
    })
    await refreshing
    return send(request)
  }
}

/** Held by whoever changes the tokens of a session. */
export const lockOf = (path: string): string => `${path}.lock`

function readSession(path: string, wallet: string): Session {
  const parsed = existsSync(path) ? Session.safeParse(JSON.parse(readFileSync(path, 'utf8'))) : undefined
  if (parsed?.success) return parsed.data
  throw refusal('ERR_SESSION_MISSING', `Nobody is signed in as ${wallet}: opem wallet sign-in ${wallet}.`)
}
