import { setTimeout as sleep } from 'node:timers/promises'
import { refusal } from '../failure.ts'
import { type Child, logTail, startChild } from './child.ts'
import { isHealthy } from './health.ts'
import { inOrder, type Part, type PartState, pauseBefore, type Status } from './part.ts'
import { endGroup } from './process.ts'

export interface Deps {
  readonly home: string
  /** Environment that all parts get. */
  readonly env: Readonly<Record<string, string>>
  /** Says one line to the person who watches. */
  readonly say: (line: string) => void
  /** Told every time a part's state changes. */
  readonly changed: (parts: readonly PartState[]) => void
  /** After so many milliseconds, and again, it is said that a part is still starting (default 20,000). */
  readonly slowAfter?: number
}

export interface Supervisor {
  /** Resolves when every part is ready; rejects with ERR_PART when one does not come up. */
  readonly ready: Promise<void>
  /** Ends all parts, those started last first. */
  end(): Promise<void>
}

interface Supervised {
  readonly part: Part
  status: Status
  child?: Child
  isReady: Promise<void>
}

const PROBE_EVERY_MS = 150
/** A part that lived this long had started well: its next death is the first in a row again. */
const SETTLED_MS = 60_000
/** First starts that may fail before the whole start is given up. */
const FIRST_ATTEMPTS = 4

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`

/** Starts parts in order, each in its own process, and starts again what dies, with growing pauses. */
export function supervise(parts: readonly Part[], { home, env, say, changed, slowAfter = 20_000 }: Deps): Supervisor {
  const ordered = inOrder(parts)
  const states = new Map<string, Supervised>()
  const ending = new AbortController()

  const tell = () =>
    changed(
      [...states.values()].map(({ part, status, child }) => ({
        name: part.name,
        ...(part.url !== undefined && { url: part.url }),
        ...(child && { pid: child.identity.pid, startTime: child.identity.startTime }),
        ...(part.command === undefined && { replaced: true as const }),
        status,
        probe: part.probe,
      })),
    )

  const set = (state: Supervised, status: Status) => {
    state.status = status
    tell()
  }

  const pause = (milliseconds: number) =>
    sleep(milliseconds, undefined, { signal: ending.signal }).catch(() => undefined)

  /** Waits until the part is healthy: undefined, or why it is not. */
  async function healthy({ part }: Supervised, child?: Child): Promise<string | undefined> {
    const began = Date.now()
    const deadline = began + (part.readyWithin ?? 120_000)
    let nextWord = began + slowAfter
    let over: string | undefined
    child?.ended.then((how) => {
      over = how
    })
    while (!ending.signal.aborted && over === undefined) {
      if ((await isHealthy(part.probe)) && over === undefined) return undefined
      if (Date.now() > deadline) return `it did not become healthy within ${seconds(part.readyWithin ?? 120_000)}`
      if (Date.now() > nextWord) {
        say(`${part.name.padEnd(10)} still starting, ${seconds(Date.now() - began)} …`)
        nextWord += slowAfter
      }
      await pause(PROBE_EVERY_MS)
    }
    return over ?? 'the end of all'
  }

  const failure = (state: Supervised, why: string) => {
    const { name, url } = state.part
    const tail = logTail(home, name)
    const what = state.part.command
      ? `The part ${name} did not start (${why}).`
      : `Nobody answers as ${name} at ${url}.`
    const advice = state.part.command
      ? `Its last words:\n${tail}`
      : 'Start it, or unset its setting to use the embedded one.'
    return refusal('ERR_PART', `${what} ${advice}`)
  }

  /** Lives as long as the part: starts it, waits for its death, starts it again. */
  async function keep(
    state: Supervised,
    first: { resolve: () => void; reject: (error: Error) => void },
  ): Promise<void> {
    const { part } = state
    await Promise.all(part.after.map((name) => states.get(name)?.isReady))
    if (ending.signal.aborted) return
    await part.prepare?.()
    let deaths = 0
    let wasReady = false
    while (!ending.signal.aborted) {
      const began = Date.now()
      if (part.command) {
        const own = typeof part.env === 'function' ? await part.env() : part.env
        state.child = startChild(home, part.name, part.command, { ...env, ...own })
      }
      tell()
      const why = await healthy(state, state.child)
      if (why === undefined) {
        if (!wasReady) await part.complete?.()
        set(state, 'ready')
        say(
          `${part.name.padEnd(10)} ready${wasReady ? ' again' : ''} in ${seconds(Date.now() - began)}${part.url ? `  ${part.url}` : ''}`,
        )
        wasReady = true
        first.resolve()
        if (state.child === undefined) return
      }
      const readyAt = Date.now()
      const how = state.child && why === undefined ? await state.child.ended : (why ?? '')
      if (ending.signal.aborted) return
      // What the part itself had started (an engine, a database server) must be gone before its successor comes.
      if (state.child) await endGroup(state.child.identity, part.endWithin ?? 15_000)
      deaths = why === undefined && Date.now() - readyAt > SETTLED_MS ? 1 : deaths + 1
      if (!wasReady && (deaths >= FIRST_ATTEMPTS || part.command === undefined)) throw failure(state, how)
      const wait = pauseBefore(deaths)
      say(`${part.name.padEnd(10)} ${wasReady ? 'died' : 'did not start'} (${how}); restarting in ${seconds(wait)}`)
      set(state, 'restarting')
      await pause(wait)
    }
  }

  for (const part of ordered) {
    const first = Promise.withResolvers<void>()
    first.promise.catch(() => undefined)
    const state: Supervised = { part, status: 'starting', isReady: first.promise }
    states.set(part.name, state)
    keep(state, first).catch(first.reject)
  }
  tell()

  async function end(): Promise<void> {
    if (ending.signal.aborted) return
    ending.abort()
    for (const { name } of [...ordered].reverse()) {
      const state = states.get(name)
      if (state?.child) await endGroup(state.child.identity, state.part.endWithin ?? 15_000)
      if (state) set(state, 'stopped')
    }
  }

  const ready = Promise.all([...states.values()].map(({ isReady }) => isReady)).then(() => undefined)
  return { ready, end }
}
