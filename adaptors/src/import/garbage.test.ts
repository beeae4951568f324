import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMapping } from '../mapping/mapping.ts'
import { parseTelegram } from '../mqtt/telegram.ts'
import { gather } from '../testing/items.ts'
import { type FileFormat, IMPORTERS } from './formats.ts'

const HEADERS: Record<FileFormat, string> = {
  sundance: 'date,use,gen,grid\n',
  citylearn: 'month,hour,day_type,daylight_savings_status,non_shiftable_load,solar_generation\n',
  unsw: 'timestamp,a,b,c\n',
  'green-button':
    '<feed><entry><link rel="self" href="/UsagePoint/1/MeterReading/1"/><content><MeterReading/></content></entry>',
  dayahead: 'HourUTC;HourDK;PriceArea;SpotPriceDKK;SpotPriceEUR\n',
}
const DEFAULTS = {
  utcOffset: '+00:00',
  stamp: 'start',
  startDate: '2020-01-01',
  pvKw: '1',
  accept: [
    'negative-load',
    'mixed-order',
    'irregular-spacing',
    'calendar-mismatch',
    'grid-relation-unclear',
    'grid-without-pv',
    'grid-sign-reversed',
  ],
}

/** Pieces that look like rows, so that garbage reaches deep into the parsers. */
const piece = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '6/1/15 0:00',
    ',',
    ';',
    '1',
    '-1',
    '1e99',
    '9'.repeat(30),
    '\n',
    '\r\n',
    '"',
    '2021-10-31 00:00',
    'DK2',
    '26/02/2017 3:30',
    '<IntervalReading>',
    '</IntervalReading>',
    '<timePeriod><start>900</start><duration>900</duration></timePeriod><value>1</value>',
    '</feed>',
    '1,1,1,0,1,1\n',
    '\uFEFF',
  ),
)

test.each(Object.keys(IMPORTERS) as FileFormat[])('%s never throws, whatever the bytes', async (format) => {
  const mapping = parseMapping({ version: 1, format, defaults: DEFAULTS })
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(piece, { maxLength: 40 }),
      fc.uint8Array({ maxLength: 40 }),
      async (headed, pieces, bytes) => {
        const text = new TextEncoder().encode((headed ? HEADERS[format] : '') + pieces.join(''))
        const { readings } = await gather(
          IMPORTERS[format]({
            file: 'x.csv',
            now: '2026-01-01T00:00:00Z',
            mapping,
            open: async function* () {
              yield text
              yield bytes
            },
          }),
        )
        for (const { importWh, exportWh } of readings)
          expect(Number.isSafeInteger(importWh) && importWh >= 0 && exportWh >= 0).toBe(true)
      },
    ),
    { numRuns: 150 },
  )
})

test('a telegram is refused, never thrown', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.jsonValue().map((value) => JSON.stringify({ meter: 'm', observedAt: value, registers: value })),
      ),
      (text) => void parseTelegram(text),
    ),
  )
})

test('a misspelt mapping is refused with the field that is wrong', () => {
  expect(() => parseMapping({ version: 1, format: 'sundance', sites: { a: { timezone: 'Europe/Madrid' } } })).toThrow(
    /timezone/,
  )
})
