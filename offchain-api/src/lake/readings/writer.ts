import { OpemError } from '@opem/domain'
import { createBatcher } from '../batcher.ts'
import type { Lake } from '../lake.ts'
import type { Claim } from './claim.ts'
import { claimKey } from './claim.ts'
import { knownClaims } from './known-claims.ts'
import { checkPlausible, type Plausibility } from './plausibility.ts'

export interface Refused {
  readonly claim: Claim
  readonly code: string
  readonly reason: string
}

export interface Written {
  readonly accepted: number
  readonly duplicates: number
  readonly refused: readonly Refused[]
}

export interface ReadingsWriter {
  /** Resolves when the claims are durable. @throws ERR_LAKE_AWAY: nothing is known, send them again */
  submit(claims: readonly Claim[]): Promise<Written>
  /** Sequence up to which every batch is complete and visible. */
  watermark(): Promise<number>
  /** Waits for what was submitted. */
  drain(): Promise<void>
}

const LARGEST_BATCH = 100_000

/**
 * The one writer of readings. Small concurrent submissions travel in one insert, and because batches follow each other
 * the sequence is an order in which readings became known: whoever has seen all up to n misses nothing up to n.
 */
export function createReadingsWriter(deps: {
  lake: Lake
  plausibility: () => Plausibility
  onWritten?: (claims: readonly Claim[]) => void
}): ReadingsWriter {
  let visible: number | undefined // every batch up to this one is complete
  let starting: Promise<number> | undefined
  let torn = false // a batch broke off: it may have left rows

  async function lastSequence(): Promise<number> {
    await waitForForeignInserts(deps.lake)
    const [row] = await deps.lake.rows<{ last: number | string }>(
      'SELECT max(last) AS last FROM (SELECT max(sequence) AS last FROM opem.changes UNION ALL SELECT max(sequence) FROM opem.cleansed)',
    )
    return Number(row?.last ?? 0)
  }

  // Asked once, before the first write, by whoever needs it first.
  function start(): Promise<number> {
    starting ??= lastSequence().catch((cause) => {
      starting = undefined
      throw cause
    })
    return starting
  }

  async function write(batch: readonly (readonly Claim[])[]): Promise<Written[]> {
    if (torn) {
      visible = await lastSequence()
      torn = false
    }
    const plausibility = deps.plausibility()
    const seen = new Set<string>()
    const results = batch.map((claims) => {
      const refused: Refused[] = []
      const fresh: { claim: Claim; key: string }[] = []
      for (const claim of claims) {
        const plausible = checkPlausible(claim, plausibility)
        if (!plausible.ok) refused.push({ claim, code: plausible.code, reason: plausible.reason })
        else {
          const key = claimKey(claim)
          if (!seen.has(key)) fresh.push({ claim, key })
          seen.add(key)
        }
      }
      return { total: claims.length, refused, fresh }
    })
    const known = await knownClaims(
      deps.lake,
      results.flatMap(({ fresh }) => fresh.map(({ claim }) => claim)),
    )
    const accepted = results.map(({ fresh }) => fresh.filter(({ key }) => !known.has(key)).map(({ claim }) => claim))
    const claims = accepted.flat()
    if (claims.length > 0) {
      const sequence = (visible ?? (await start())) + 1
      torn = true
      await insertClaims(deps.lake, claims, sequence)
      torn = false
      visible = sequence
      deps.onWritten?.(claims)
    }
    return results.map(({ total, refused }, index) => {
      const count = accepted[index]!.length
      return { accepted: count, duplicates: total - refused.length - count, refused }
    })
  }

  const batches = createBatcher({ weightOf: (claims: readonly Claim[]) => claims.length, most: LARGEST_BATCH, write })
  return {
    submit: batches.submit,
    watermark: async () => visible ?? (await start()),
    drain: batches.drain,
  }
}

const COLUMNS = ['meter', 'start', 'seconds', 'import_wh', 'export_wh', 'quality', 'source', 'known_at', 'sequence']

// A batch that breaks off is written again in full, because harmonised decides what is a duplicate and comes last. Changes come
// first: a period announced without news is looked at in vain, a reading without announcement would be missed.
async function insertClaims(lake: Lake, claims: readonly Claim[], sequence: number) {
  const rows = claims.map((claim) => [
    claim.meter,
    claim.start,
    claim.seconds,
    claim.importWh,
    claim.exportWh,
    claim.quality,
    claim.source,
    claim.knownAt,
    sequence,
  ])
  const versioned = rows.map((row, index) => [...row, version(claims[index]!.knownAt, sequence, index)])
  await lake.insert(
    'changes',
    ['sequence', 'meter', 'start', 'seconds'],
    claims.map((claim) => [sequence, claim.meter, claim.start, claim.seconds]),
  )
  await lake.insert('cleansed', [...COLUMNS, 'version'], versioned)
  await lake.insert('harmonised', COLUMNS, rows)
}

// The newest claim is in force: by when it was known, then by arrival, then by place in the batch.
const version = (knownAt: number, sequence: number, index: number) =>
  ((BigInt(knownAt) << 80n) | (BigInt(sequence) << 24n) | BigInt(index)).toString()

// An insert that an earlier, killed process left running would appear behind our back with an old sequence.
async function waitForForeignInserts(lake: Lake) {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const [row] = await lake.rows<{ running: number | string }>(
      "SELECT count() AS running FROM system.processes WHERE query_kind IN ('Insert', 'AsyncInsertFlush')",
    )
    if (Number(row?.running ?? 0) === 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new OpemError({
    code: 'ERR_LAKE_AWAY',
    shortMessage: 'another process keeps writing to the lake; stop it, then try again',
    retryable: true,
  })
}
