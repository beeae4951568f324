import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from './index.ts'

interface Snapshot {
  readonly gasPerMemberHour: readonly { readonly members: number; readonly hourly: number; readonly daily: number }[]
  readonly challenge256: number
}

const snapshot = JSON.parse(readFileSync(join(import.meta.dirname, 'snapshot.json'), 'utf8')) as Snapshot
/** Salts and signatures have more or fewer zero bytes from run to run. */
const TOLERANCE = 0.01

const near = (actual: number, expected: number): void => {
  expect(Math.abs(actual - expected), `${actual} against ${expected} of the snapshot`).toBeLessThan(
    TOLERANCE * expected,
  )
}

test('gas stays at its snapshot and within its aims', async () => {
  const figures = (await run()) as unknown as Snapshot
  figures.gasPerMemberHour.forEach((row, i) => {
    near(row.hourly, snapshot.gasPerMemberHour[i]!.hourly)
    near(row.daily, snapshot.gasPerMemberHour[i]!.daily)
  })
  near(figures.challenge256, snapshot.challenge256)
  const hundred = figures.gasPerMemberHour.find(({ members }) => members === 100)!
  expect(hundred.hourly).toBeLessThanOrEqual(700)
  expect(hundred.daily).toBeLessThanOrEqual(40)
})
