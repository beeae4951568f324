import { expect, test } from 'vitest'
import { energies, importText } from '../testing/items.ts'
import { importGreenButton } from './import.ts'

const POINT = '/RetailCustomer/1/UsagePoint/AB12'
const entry = (self: string, related: string, content: string) =>
  `<entry><link rel="self" href="${self}"/><link rel="up" href="${self.replace(/\/[^/]+$/, '')}"/><link rel="related" href="${related}"/><content>${content}</content></entry>`
const type = (id: string, fields: string) =>
  entry(`/ReadingType/${id}`, '', `<espi:ReadingType>${fields}</espi:ReadingType>`)
const TEN_WH =
  '<espi:accumulationBehaviour>4</espi:accumulationBehaviour><espi:commodity>1</espi:commodity><espi:powerOfTenMultiplier>1</espi:powerOfTenMultiplier><espi:uom>72</espi:uom>'
const reading = (start: number, value: string, quality = '', duration = 900) =>
  `<espi:IntervalReading>${quality && `<espi:ReadingQuality><espi:quality>${quality}</espi:quality></espi:ReadingQuality>`}<espi:timePeriod><espi:duration>${duration}</espi:duration><espi:start>${start}</espi:start></espi:timePeriod><espi:value>${value}</espi:value></espi:IntervalReading>`
const block = (meter: string, readings: string) =>
  entry(
    `${POINT}/MeterReading/${meter}/IntervalBlock/1`,
    '',
    `<espi:IntervalBlock><espi:interval><espi:duration>86400</espi:duration><espi:start>0</espi:start></espi:interval>${readings}</espi:IntervalBlock>`,
  )
const feed = (...entries: string[]) =>
  `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:espi="http://naesb.org/espi">${entries.join('')}</feed>`
const FORWARD = [
  entry(`${POINT}/MeterReading/01`, '/ReadingType/07', '<espi:MeterReading/>'),
  type('07', `${TEN_WH}<espi:flowDirection>1</espi:flowDirection>`),
]
const REVERSE = [
  entry(`${POINT}/MeterReading/02`, '/ReadingType/08', '<espi:MeterReading/>'),
  type('08', `${TEN_WH}<espi:flowDirection>19</espi:flowDirection>`),
]

test('intervals become readings: power of ten applied, replaced values are estimates, odd periods rejected', async () => {
  const blocks = block(
    '01',
    reading(1330578000, '28', '8') + reading(1330578900, '32.5') + reading(1330579800, '-1') + reading(1330579801, '5'),
  )
  const { readings, rejected } = await importText(importGreenButton, feed(blocks, ...FORWARD), { file: 'f.xml' })
  expect(energies(readings)).toEqual({ '2012-03-01T05:00:00Z': '280/0', '2012-03-01T05:15:00Z': '325/0' })
  expect(readings.map(({ quality, meter }) => `${meter} ${quality}`)).toEqual(['ab12 estimated', 'ab12 measured'])
  expect(rejected.map(({ code }) => code)).toEqual(['ERR_ROW_NUMBER', 'ERR_PERIOD'])
})

test('forward and reverse flow of one usage point are joined; a half alone is rejected', async () => {
  const { readings, rejected } = await importText(
    importGreenButton,
    feed(...FORWARD, ...REVERSE, block('01', reading(900, '3') + reading(1800, '4')), block('02', reading(900, '7'))),
    { file: 'f.xml' },
  )
  expect(energies(readings)).toEqual({ '1970-01-01T00:15:00Z': '30/70' })
  expect(rejected).toMatchObject([{ code: 'ERR_ONE_DIRECTION', meter: 'ab12' }])
})

test('gas, registers and unknown blocks are rejected with the reason; broken XML refuses the file', async () => {
  const gas = [
    FORWARD[0]!,
    type('07', '<espi:commodity>7</espi:commodity><espi:uom>72</espi:uom>'),
    block('01', reading(900, '3')),
  ]
  expect((await importText(importGreenButton, feed(...gas), { file: 'f.xml' })).rejected).toMatchObject([
    { code: 'ERR_COMMODITY' },
  ])
  const orphan = feed(...FORWARD, block('09', reading(900, '3')))
  expect((await importText(importGreenButton, orphan, { file: 'f.xml' })).rejected).toMatchObject([
    { code: 'ERR_ORPHAN_INTERVAL' },
  ])
  const broken = feed(...FORWARD, block('01', reading(900, '3'))).replace('</content>', '')
  expect((await importText(importGreenButton, broken, { file: 'f.xml' })).refused).toMatchObject([{ code: 'ERR_XML' }])
  expect((await importText(importGreenButton, '<feed/>', { file: 'f.xml' })).refused).toMatchObject([
    { code: 'ERR_HEADER' },
  ])
})
