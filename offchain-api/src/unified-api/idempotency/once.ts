import { createHash } from 'node:crypto'
import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../problem.ts'

/** How long an answer is kept, and how long a request can be under way: after that its process must have died. */
export const KEPT_SECONDS = 86_400
const LONGEST_SECONDS = 120

export interface KeyedRequest {
  /** Whose key it is: two callers may choose the same one. */
  readonly caller: string
  readonly key: string
  readonly method: string
  /** Path and query as they were sent. */
  readonly target: string
  readonly body: Uint8Array
  /** Its answer holds a secret, which is handed out once and never kept. */
  readonly unrepeatable: boolean
  /** Seconds since 1970. */
  readonly now: number
}

/** What was answered the first time, as it was sent. */
export interface KeptAnswer {
  readonly status: number
  readonly json: string
}

interface Row {
  request: string
  started_at: string
  status: number | null
  answer: string | null
}

/**
 * Takes a key for a request. @returns the answer that was given to the same request before, or undefined when this one is
 * the first and must now be worked on, and then `keepAnswer` or `giveUp`
 * @throws Refusal 422 ERR_IDEMPOTENCY_KEY (another request had this key); 409 ERR_IDEMPOTENCY_RUNNING (still worked on),
 * ERR_IDEMPOTENCY_UNKNOWN (its process ended before the answer was kept), ERR_IDEMPOTENCY_SECRET (done, and its answer held
 * a secret)
 */
export async function takeKey(store: Store, it: KeyedRequest): Promise<KeptAnswer | undefined> {
  const [key, request] = [hashOf(it.key), requestHash(it)]
  await sweep(store, it.now)
  const taken = await store.rows(
    `INSERT INTO idempotent_requests (caller, key, request, started_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (caller, key) DO UPDATE SET request = excluded.request, started_at = excluded.started_at,
       status = NULL, answer = NULL WHERE idempotent_requests.started_at < $5 RETURNING key`,
    [it.caller, key, request, it.now, it.now - KEPT_SECONDS],
  )
  if (taken.length > 0) return undefined
  const [known] = await store.rows<Row & Record<string, unknown>>(
    'SELECT request, started_at, status, answer FROM idempotent_requests WHERE caller = $1 AND key = $2',
    [it.caller, key],
  )
  // Given up between the two statements: as good as never taken.
  if (!known) throw running()
  if (known.request !== request)
    throw new Refusal(
      422,
      'ERR_IDEMPOTENCY_KEY',
      'another request came with this Idempotency-Key in the last 24 hours; choose a new one for each new request',
    )
  if (known.status === null) throw Number(known.started_at) < it.now - LONGEST_SECONDS ? unknown() : running()
  if (known.answer === null)
    throw new Refusal(
      409,
      'ERR_IDEMPOTENCY_SECRET',
      'this request was done before, and its answer held a secret that is not kept; if it was lost, make a new one',
    )
  return { status: known.status, json: known.answer }
}

const running = () =>
  new Refusal(409, 'ERR_IDEMPOTENCY_RUNNING', 'the same request is still being worked on; ask again in a moment', 1)

const unknown = () =>
  new Refusal(
    409,
    'ERR_IDEMPOTENCY_UNKNOWN',
    'the marketplace stopped while it worked on this request, so nobody knows whether it was done; look, and if it was not, send it with a new key',
  )

/** The request is done: who sends it again gets this answer. */
export const keepAnswer = (store: Store, it: KeyedRequest, { status, json }: KeptAnswer) =>
  store.rows('UPDATE idempotent_requests SET status = $3, answer = $4 WHERE caller = $1 AND key = $2', [
    it.caller,
    hashOf(it.key),
    status,
    it.unrepeatable ? null : json,
  ])

/** The request was refused or failed: who sends it again is heard again. */
export const giveUp = (store: Store, it: KeyedRequest) =>
  store.rows('DELETE FROM idempotent_requests WHERE caller = $1 AND key = $2 AND status IS NULL', [
    it.caller,
    hashOf(it.key),
  ])

type Store = Pick<OperationalStore, 'rows'>

const SWEEP_SECONDS = 600
const swept = new WeakMap<Store, number>()

async function sweep(store: Store, now: number): Promise<void> {
  if (now - (swept.get(store) ?? 0) < SWEEP_SECONDS) return
  swept.set(store, now)
  await store.rows('DELETE FROM idempotent_requests WHERE started_at < $1', [now - KEPT_SECONDS])
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

const requestHash = ({ method, target, body }: KeyedRequest) =>
  createHash('sha256').update(`${method} ${target}\n`).update(body).digest('hex')
