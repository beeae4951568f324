import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatInstant, parseInstant } from './instant.ts'
import { instantsOfWallClock, localDay, localDayOf, localMonth, wallClockOf } from './local-time.ts'
import { isPeriodStart, periodNumber, periodStarts } from './period.ts'

test('an instant is ISO 8601 with an offset', () => {
  expect(parseInstant('2015-06-01T04:00:00Z')).toEqual({ ok: true, value: 1433131200 })
  expect(parseInstant('2015-06-01T06:00:00+02:00')).toEqual({ ok: true, value: 1433131200 })
  expect(parseInstant('2015-05-31T20:30-07:30')).toEqual({ ok: true, value: 1433131200 })
  expect(parseInstant('2016-02-29T00:00:00.000Z')).toEqual({ ok: true, value: 1456704000 })
})

test.each([
  ['2015-06-01T04:00:00', 'offset'],
  ['2015-06-01 04:00:00Z', 'offset'],
  ['2015-06-01T04:00:00.5Z', 'whole seconds'],
  ['2015-02-29T04:00:00Z', 'a day that does not exist'],
  ['2015-06-01T24:00:00Z', 'a time of day that does not exist'],
  ['2015-06-01T04:00:00+25:00', 'an offset that no clock uses'],
  ['2015-06-01T04:00:00+02:75', 'an offset that no clock uses'],
])('%s is refused: %s', (text, reason) => {
  const parsed = parseInstant(text)
  expect(parsed).toMatchObject({ ok: false, code: 'ERR_INSTANT' })
  expect(parsed.ok ? '' : parsed.reason).toContain(reason)
})

test('parsing an instant never throws, and what was formatted parses back', () => {
  fc.assert(fc.property(fc.string(), (text) => typeof parseInstant(text).ok === 'boolean'))
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253402300799 }), (epoch) => {
      expect(parseInstant(formatInstant(epoch))).toEqual({ ok: true, value: epoch })
    }),
  )
})

test('periods count from 1970 and lie on boundaries', () => {
  expect(periodNumber({ start: 1433131200, seconds: 3600 })).toBe(398092)
  expect(periodNumber({ start: 1433131200, seconds: 900 })).toBe(1592368)
  expect(() => periodNumber({ start: 1433131201, seconds: 3600 })).toThrow('ERR_PERIOD')
  expect(isPeriodStart(1433131200 + 900, 3600)).toBe(false)
  expect(periodStarts(1433131100, 1433138500, 3600)).toEqual([1433131200, 1433134800])
})

test.each([
  ['2015-03-29', 23],
  ['2015-06-01', 24],
  ['2015-10-25', 25],
])('the day %s in Madrid has %i hours', (date, hours) => {
  const { start, end } = localDay(date, 'Europe/Madrid')
  expect(periodStarts(start, end, 3600)).toHaveLength(hours)
  expect(periodStarts(start, end, 900)).toHaveLength(hours * 4)
})

test('the day of an instant is the local one', () => {
  expect(localDayOf(1433109600, 'Europe/Madrid')).toEqual({ date: '2015-06-01', start: 1433109600, end: 1433196000 })
  expect(localDayOf(1433109599, 'Europe/Madrid').date).toBe('2015-05-31')
  expect(localDayOf(1433109600, 'America/New_York').date).toBe('2015-05-31')
})

test('a day whose midnight was skipped starts at one in the morning', () => {
  // São Paulo, 2017-10-15: clocks went from 00:00 to 01:00.
  const { start, end } = localDay('2017-10-15', 'America/Sao_Paulo')
  expect(formatInstant(start)).toBe('2017-10-15T03:00:00Z')
  expect(end - start).toBe(23 * 3600)
})

test('a wall clock names no instant in spring and two in autumn', () => {
  const at = (month: number, day: number, hour: number) =>
    instantsOfWallClock({ year: 2015, month, day, hour, minute: 30 }, 'Europe/Madrid').map(formatInstant)
  expect(at(3, 29, 2)).toEqual([])
  expect(at(6, 1, 6)).toEqual(['2015-06-01T04:30:00Z'])
  expect(at(10, 25, 2)).toEqual(['2015-10-25T00:30:00Z', '2015-10-25T01:30:00Z'])
})

test('the clock on the wall reads back', () => {
  expect(wallClockOf(1433131200, 'Europe/Madrid')).toEqual({
    year: 2015,
    month: 6,
    day: 1,
    hour: 6,
    minute: 0,
    weekday: 1,
  })
  expect(wallClockOf(1433131200, 'Asia/Kathmandu')).toMatchObject({ hour: 9, minute: 45 })
  const zones = ['Europe/Madrid', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia']
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000 }), fc.constantFrom(...zones), (quarter, zone) => {
      expect(instantsOfWallClock(wallClockOf(quarter * 900, zone), zone)).toContain(quarter * 900)
    }),
  )
})

test('a month goes from local midnight to local midnight', () => {
  const { start, end } = localMonth('2015-12', 'Europe/Madrid')
  expect([formatInstant(start), formatInstant(end)]).toEqual(['2015-11-30T23:00:00Z', '2015-12-31T23:00:00Z'])
  expect(() => localMonth('2015-13', 'Europe/Madrid')).toThrow('ERR_DATE')
  expect(() => localMonth('2015-12', 'Europe/Madird')).toThrow('"Europe/Madird" is not a time zone')
})
