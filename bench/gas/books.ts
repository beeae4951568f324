import type { Book } from '@opem/domain'
import { bookOf, type Energies } from '../../contracts/testing/batches.ts'

/** Numbers in [0, 1) that repeat from run to run (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Households of 0.2–3 kWh an hour, every third with 0–5 kWh of PV. */
export const households = (members: number, next: () => number): Energies =>
  Array.from({ length: members }, (_, i) => [
    Math.round(200 + 2800 * next()),
    i % 3 === 0 ? Math.round(5000 * next()) : 0,
  ])

/** `hours` consecutive settled hours of `members` households. */
export const hoursOf = (start: number, hours: number, members: number, seed: number): Book[] => {
  const next = random(seed)
  return Array.from({ length: hours }, (_, hour) => bookOf(start + 3600 * hour, households(members, next)))
}
