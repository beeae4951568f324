import type { Probe } from './health.ts'

type Environment = Readonly<Record<string, string>>

/** One part of the marketplace: what starts it, what it waits for, and how to tell that it works. */
export interface Part {
  readonly name: string
  /** Where it answers; undefined for a part that only speaks to others. */
  readonly url?: string
  /** A TypeScript file in the checkout, with arguments, run by this Node; undefined: replaced by a setting. */
  readonly command?: readonly string[]
  /** A function is asked at each start, when what it waits for is there. */
  readonly env?: Environment | (() => Promise<Environment>)
  readonly probe: Probe
  /** Names of the parts that must be ready before. */
  readonly after: readonly string[]
  /** Loopback ports that must be free. */
  readonly ports?: readonly number[]
  /** What must have happened before its first start, such as the deployment of the contracts. */
  readonly prepare?: () => Promise<void>
  /** What is still to be done when it is healthy for the first time, before it counts as ready. */
  readonly complete?: () => Promise<void>
  /** Milliseconds until it must be healthy (default 120,000), and for its own end (default 15,000). */
  readonly readyWithin?: number
  readonly endWithin?: number
}

export type Status = 'starting' | 'ready' | 'restarting' | 'stopped'

/** A part as run.json tells it. */
export interface PartState {
  readonly name: string
  readonly url?: string
  readonly pid?: number
  readonly startTime?: number
  readonly status: Status
  readonly replaced?: true
  readonly probe: Probe
}

/** Pauses before restarts, ms: doubled with each death in a row, at most 30 s. */
export const pauseBefore = (deathsInARow: number): number => Math.min(30_000, 250 * 2 ** Math.max(0, deathsInARow - 1))

/** Parts in an order in which each comes after those it waits for; a name that is not among them is ready already. */
export function inOrder(parts: readonly Part[]): Part[] {
  const byName = new Map(parts.map((part) => [part.name, part]))
  const ordered = new Set<Part>()
  const visit = (part: Part, path: readonly string[]) => {
    if (path.includes(part.name)) throw new Error(`parts wait for each other: ${[...path, part.name].join(' → ')}`)
    for (const name of part.after) {
      const before = byName.get(name)
      if (before) visit(before, [...path, part.name])
    }
    ordered.add(part)
  }
  for (const part of parts) visit(part, [])
  return [...ordered]
}
