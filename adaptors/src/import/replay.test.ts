import { expect, test } from 'vitest'
import { replayRejected } from './replay.ts'

const kept = {
  id: 'r1',
  source: 'mqtt:opem/v1/stranger/telegram',
  raw: '{"meter":"sunny-street-a","start":"2026-01-01T00:00:00Z","seconds":3600,"energy":{"importKwh":"2.000","exportKwh":"0"}}',
  code: 'ERR_TELEGRAM_METER',
  reason: 'the telegram is of meter sunny-street-a, the topic of another',
  format: 'mqtt',
  rejectedAt: '2026-01-01T01:00:00Z',
}
const now = kept.rejectedAt

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

test('a telegram that another meter published stays refused, however often it is replayed', async () => {
  const items = await all(replayRejected(kept, { now }))
  expect(items).toMatchObject([{ type: 'rejected', rejected: { code: 'ERR_TELEGRAM_METER', source: kept.source } }])
})

test('a telegram of its own topic is read, as known since it was refused', async () => {
  const own = { ...kept, source: 'mqtt:opem/v1/sunny-street-a/telegram', code: 'ERR_TELEGRAM_SHAPE' }
  const items = await all(replayRejected(own, { now }))
  expect(items).toEqual([
    {
      type: 'reading',
      reading: {
        meter: 'sunny-street-a',
        start: '2026-01-01T00:00:00Z',
        seconds: 3600,
        importWh: 2000,
        exportWh: 0,
        quality: 'measured',
        source: 'mqtt:opem/v1/sunny-street-a/telegram',
        knownAt: '2026-01-01T01:00:00Z',
      },
    },
  ])
})
