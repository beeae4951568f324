import { existsSync, readFileSync } from 'node:fs'
import { writePrivate } from '@opem/ssi/wallet'
import { z } from 'zod'
import { refusal } from '../failure.ts'

const Session = z.looseObject({
  api: z.url(),
  accessToken: z.string(),
  refreshHandle: z.string(),
})
type Session = z.infer<typeof Session>

const Refreshed = z.object({ accessToken: z.string(), refreshHandle: z.string() })

/**
 * A `fetch` as somebody who signed in with a wallet (`opem wallet sign-in`): with the access token, and with the next one when
 * it is over. The tokens go to the API that gave them, and to no other.
 * @throws ERR_SESSION_MISSING, ERR_SESSION_API, ERR_SESSION_OVER
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
    const answer = await fetch(`${session.api}/v1/access/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ refreshHandle: session.refreshHandle }),
    })
    if (!answer.ok) {
      throw refusal(
        'ERR_SESSION_OVER',
        `The session of ${wallet} is over: opem wallet sign-in ${wallet} opens another.`,
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
    refreshing ??= refresh().finally(() => {
      refreshing = undefined
    })
    await refreshing
    return send(request)
  }
}

function readSession(path: string, wallet: string): Session {
  const parsed = existsSync(path) ? Session.safeParse(JSON.parse(readFileSync(path, 'utf8'))) : undefined
  if (parsed?.success) return parsed.data
  throw refusal('ERR_SESSION_MISSING', `Nobody is signed in as ${wallet}: opem wallet sign-in ${wallet}.`)
}
