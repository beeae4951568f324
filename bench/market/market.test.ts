import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AIMS, run } from './index.ts'
import type { PeerStep } from './peers.ts'
import type { Gas } from './scenarios.ts'

type Measured = {
  readonly gas: Gas
  readonly stored: Gas
  readonly peers: readonly PeerStep[]
}

const snapshot = JSON.parse(readFileSync(join(import.meta.dirname, 'snapshot.json'), 'utf8')) as Gas
/** Ids and signatures have more or fewer zero bytes from run to run. */
const TOLERANCE = 0.01

/** The peers' contracts as npm has them now; i3-MARKET's are not there. */
const PEERS: readonly (readonly [step: string, peer: string, gas: number, source: PeerStep['source']])[] = [
  ['publish', 'Ocean', 1_396_747, 'measured'],
  ['publish', 'Ocean', 1_273_521, 'measured'],
  ['publish', 'Ocean', 1_018_845, 'measured'],
  ['publish', 'SingularityNET', 170_021, 'measured'],
  ['update', 'Ocean', 46_486, 'measured'],
  ['reserveFirst', 'SingularityNET', 172_534, 'measured'],
  ['claimFirst', 'SingularityNET', 84_369, 'measured'],
  ['claim', 'SingularityNET', 50_169, 'measured'],
  ['claimManyEach', 'SingularityNET', 42_475, 'measured'],
  ['pay', 'Ocean', 75_284, 'measured'],
  ['pay', 'Ocean', 214_734, 'measured'],
  ['conclude', 'i3-MARKET', 1_040_000, 'published'],
]

const near = (actual: number, expected: number, what: string): void =>
  expect(Math.abs(actual - expected), `${what}: ${actual} against ${expected}`).toBeLessThan(TOLERANCE * expected)

// Some 270 transactions, each waited for.
test('every step stays at its snapshot and within its aim, peers at theirs', { timeout: 360_000 }, async () => {
  const { gas, stored, peers } = (await run()) as Measured
  expect(Object.keys(gas)).toEqual(Object.keys(snapshot))
  for (const [step, used] of Object.entries(gas)) near(used, snapshot[step]!, step)
  for (const [step, most] of Object.entries(AIMS)) expect(gas[step], step).toBeLessThanOrEqual(most)
  expect(gas.publishByRepresentative).toBeLessThanOrEqual(120_000)
  expect(gas.concludeByRepresentatives).toBeLessThanOrEqual(150_000)
  expect(stored.publish).toBeGreaterThan(gas.publish!)
  expect(stored.conclude).toBeGreaterThan(gas.conclude!)

  expect(peers.map(({ step, peer, source }) => [step, peer, source])).toEqual(
    PEERS.map(([step, peer, , source]) => [step, peer, source]),
  )
  for (const [index, [step, peer, used]] of PEERS.entries()) near(peers[index]!.gas, used, `${peer}, ${step}`)
  for (const { step, gas: theirs, ratio } of peers) expect(ratio, step).toBeCloseTo(theirs / gas[step]!, 1)
})
