import type { OperationalStore } from '../../operational/store.ts'
import type { Caller } from '../caller/caller.ts'

export interface Deed {
  readonly caller: Caller
  /** Who proved who they are at a public door, where nobody is signed in. */
  readonly of?: { readonly who: string; readonly account: string }
  readonly method: string
  /** The route's pattern: no id of a person, no query. */
  readonly route: string
  readonly rule: string
  /** HTTP status of the answer. */
  readonly outcome: number
  /** Seconds since 1970. */
  readonly at: number
}

/** Who did what, when, under which rule; in the store only, never in a log line. */
export interface AccessLog {
  note(deed: Deed): void
  signIn(account: string, at: number): void
  close(): Promise<void>
}

const FLUSH_MS = 500
const MOST_WAITING = 20_000
const KEEP_DAYS = 90

/**
 * Deeds are written in batches: a kill loses half a second of them. A store that is away has nothing written to it,
 * and lets nobody in meanwhile. What systems and readers do all day is counted; deeds and refusals are kept one by one.
 */
export function createAccessLog(store: OperationalStore): AccessLog {
  let waiting: Deed[] = []
  let signIns: { account: string; at: number }[] = []
  let running: Promise<void> = Promise.resolve()
  let swept = 0

  async function write(): Promise<void> {
    if (waiting.length + signIns.length === 0) return
    const [deeds, entered] = [waiting, signIns]
    ;[waiting, signIns] = [[], []]
    await store.transaction(async (rows) => {
      const used = counts(deeds, entered)
      if (used.length > 0)
        await rows(
          `INSERT INTO access_usage (account, day, sign_ins, requests, refused)
           SELECT * FROM unnest($1::text[], $2::date[], $3::int[], $4::int[], $5::int[])
           ON CONFLICT (account, day) DO UPDATE SET sign_ins = access_usage.sign_ins + excluded.sign_ins,
             requests = access_usage.requests + excluded.requests, refused = access_usage.refused + excluded.refused`,
          [
            used.map(({ account }) => account),
            used.map(({ day }) => day),
            used.map(({ signIns }) => signIns),
            used.map(({ requests }) => requests),
            used.map(({ refused }) => refused),
          ],
        )
      const kept = deeds.filter(isKept)
      if (kept.length > 0)
        await rows(
          `INSERT INTO access_log (at, who, account, method, route, rule, outcome)
           SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[])`,
          [
            kept.map(({ at }) => at),
            kept.map(({ caller, of }) => of?.who ?? whoIs(caller)),
            kept.map(({ caller, of }) => of?.account ?? accountOf(caller)),
            kept.map(({ method }) => method),
            kept.map(({ route }) => route),
            kept.map(({ rule }) => rule),
            kept.map(({ outcome }) => outcome),
          ],
        )
      const today = Math.floor((deeds[0]?.at ?? 0) / 86_400)
      if (today > swept) {
        await rows('DELETE FROM access_log WHERE at < $1', [(today - KEEP_DAYS) * 86_400])
        swept = today
      }
    })
  }

  const flush = () => {
    running = running.then(write).catch(() => undefined)
    return running
  }
  const timer = setInterval(flush, FLUSH_MS)
  timer.unref()

  return {
    note(deed) {
      if (waiting.length < MOST_WAITING) waiting.push(deed)
    },
    signIn: (account, at) => void signIns.push({ account, at }),
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}

const isKept = ({ caller, of, method, outcome }: Deed) =>
  outcome >= 400 || of !== undefined || (caller.kind === 'person' && method !== 'GET')

const accountOf = (caller: Caller) => (caller.kind === 'person' || caller.kind === 'system' ? caller.account : null)

/** A caller as logs name them: a DID, or the id of a system; no name of a person. */
export function whoIs(caller: Caller): string {
  if (caller.kind === 'person') return caller.did
  return caller.kind === 'system' ? `system ${caller.id}` : caller.kind
}

interface Used {
  readonly account: string
  /** As YYYY-MM-DD, UTC. */
  readonly day: string
  signIns: number
  requests: number
  refused: number
}

function counts(deeds: readonly Deed[], signIns: readonly { account: string; at: number }[]): Used[] {
  const found = new Map<string, Used>()
  const of = (account: string, at: number) => {
    const day = new Date(at * 1000).toISOString().slice(0, 10)
    const known = found.get(`${account} ${day}`) ?? { account, day, signIns: 0, requests: 0, refused: 0 }
    found.set(`${account} ${day}`, known)
    return known
  }
  for (const { account, at } of signIns) of(account, at).signIns += 1
  for (const { caller, at, outcome } of deeds) {
    const account = accountOf(caller)
    if (account === null) continue
    of(account, at).requests += 1
    if (outcome === 401 || outcome === 403) of(account, at).refused += 1
  }
  return [...found.values()].sort((a, b) => (a.account < b.account ? -1 : 1))
}
