import { type Hex, sha256, toBytes } from 'viem'
import type { AuditEntry } from '../api/governance.ts'

/**
 * Whether entries, the newest first and without a gap, are what their hashes say: recomputed here, so that the page does
 * not take the API's word for it. @returns the number of the first that is not, or undefined
 */
export function firstBroken(
  entries: readonly Pick<AuditEntry, 'number' | 'entry' | 'previous' | 'hash'>[],
): number | undefined {
  for (const [index, { number, entry, previous, hash }] of entries.entries()) {
    const older = entries[index + 1]
    if (hashOf(previous, entry) !== hash) return number
    if (older !== undefined && (older.hash !== previous || older.number !== number - 1)) return number
  }
  return undefined
}

const hashOf = (previous: Hex, entry: string): Hex => sha256(toBytes(`${previous}${entry}`))
