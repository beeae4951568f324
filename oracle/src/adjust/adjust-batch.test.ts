import { parseInstant } from '@opem/domain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adjustmentsOf, passWindow, signersOf } from '../testing/adjustments.ts'
import { batchesOf, evidenceOf, foundCommunity, postReadings } from '../testing/found-community.ts'
import { until } from '../testing/processes.ts'
import { openWorld, type RunningTestNode, type World } from '../testing/world.ts'

// Its own world: the chain's clock is moved, which would end the consents of other tests.
let world: World
const nodes: RunningTestNode[] = []
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.close())

const start = async (...seats: number[]) => {
  const started = await Promise.all(seats.map((seat) => world.startNode(seat)))
  nodes.push(...started)
  return started
}
const describeNodes = () => nodes.map((node) => node.lines.slice(-12).join('\n')).join('\n\n')

const OTHER = 'other'
/** Three hours of 7 kWh supply and 10 kWh demand; in the second, the meter of 6 kWh is silent. */
async function foundWithGap() {
  const founded = await foundCommunity(world, {
    start: '2015-06-01T22:00:00Z',
    stop: '2015-06-02T01:00:00Z',
    meters: ['seller', 'buyer', OTHER],
  })
  await postReadings(world, founded, { seller: [7, 7, 7], buyer: [-4, -4, -4], [OTHER]: [-6, undefined, -6] })
  return founded
}

test('a final hour is adjusted when its reading comes late, once, though a node is killed and another lies', {
  timeout: 240_000,
}, async () => {
  const founded = await foundWithGap()
  nodes.push(await world.startNode(2, { program: 'lying-node.ts' }))
  const [first] = await start(0, 1)
  await until(async () => (await evidenceOf(world, founded)).length === 3, { describe: describeNodes })
  await passWindow(world)
  await postReadings(world, founded, { [OTHER]: [undefined, -6] })
  await first!.end('SIGKILL')
  await start(0)

  const [adjusted] = await until(
    async () => {
      const all = await adjustmentsOf(world, founded.id)
      return all.length > 0 && all
    },
    { describe: describeNodes },
  )
  expect(adjusted).toMatchObject({
    ...{ start: '2015-06-01T23:00:00Z', batch: '2015-06-01T23:00:00Z', revision: 0, number: 1 },
    book: { surplusWh: 7000, demandWh: 10_000, sharedWh: 7000 },
  })
  const batch = (await batchesOf(world, founded.id))[1]!.args
  expect(adjusted!.batchRoot).toBe(batch.root)
  expect(parseInstant(adjusted!.knownAt)).toMatchObject({ ok: true })
  expect(await signersOf(world, adjusted!)).toEqual([0, 1].map((seat) => world.nodeAddress(seat)).sort())

  // The chain keeps the settled revision; an adjustment is not repeated, and a better reading still makes a second.
  await postReadings(world, founded, { [OTHER]: [undefined, -1] })
  const all = await until(
    async () => {
      const found = await adjustmentsOf(world, founded.id)
      return found.length > 1 && found
    },
    { describe: describeNodes },
  )
  expect(all.map(({ number, book }) => [number, book.demandWh])).toEqual([
    [1, 10_000],
    [2, 5000],
  ])
  expect(await batchesOf(world, founded.id)).toHaveLength(3)
})
