import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AIMS, run } from './index.ts'
import type { Gas } from './scenarios.ts'

const snapshot = JSON.parse(readFileSync(join(import.meta.dirname, 'snapshot.json'), 'utf8')) as Gas
/** Ids and signatures have more or fewer zero bytes from run to run. */
const TOLERANCE = 0.01

// Some 150 transactions, each waited for.
test('gas of every step stays at its snapshot and within its aim', { timeout: 240_000 }, async () => {
  const { gas, stored } = (await run()) as { readonly gas: Gas; readonly stored: Gas }
  expect(Object.keys(gas)).toEqual(Object.keys(snapshot))
  for (const [step, used] of Object.entries(gas)) {
    const expected = snapshot[step]!
    expect(Math.abs(used - expected), `${step}: ${used} against ${expected}`).toBeLessThan(TOLERANCE * expected)
  }
  for (const [step, most] of Object.entries(AIMS)) expect(gas[step], step).toBeLessThanOrEqual(most)
  expect(gas.publishByRepresentative).toBeLessThanOrEqual(120_000)
  expect(gas.concludeByRepresentatives).toBeLessThanOrEqual(150_000)
  expect(stored.publish).toBeGreaterThan(gas.publish!)
  expect(stored.conclude).toBeGreaterThan(gas.conclude!)
})
