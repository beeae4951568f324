import { ALLOCATION_KEYS, type Allocation, HOURS_OF_WEEK } from '../allocation/allocation.ts'
import type { Result } from '../errors/result.ts'
import { isTimeZone } from '../periods/local-time.ts'
import { array, fault, instant, integer, object, oneOf, parseWith, type Read, record, text } from '../shape/shape.ts'
import type { RulesDocument, Tariff } from './rules-document.ts'

const timeZone: Read<string> = (value, at) => {
  const name = text()(value, at)
  return isTimeZone(name) ? name : fault(at, value, 'an IANA time zone like "Europe/Madrid"')
}

const instantText: Read<string> = (value, at) => {
  instant(value, at)
  return value as string
}

const weight = integer(0, 1_000_000_000)
const options = { rounds: oneOf('one', 'iterate'), capWh: record(integer(0)) }

/** Weights of which at least one counts: with none nobody could be served in a single round. */
const somebody =
  <T>(read: Read<Readonly<Record<string, T>>>): Read<Readonly<Record<string, T>>> =>
  (value, at) => {
    const weights = read(value, at)
    const all = Object.values(weights).flat() as unknown as number[]
    return all.some((w) => w > 0) ? weights : fault(at, value, 'at least one member with a weight above 0')
  }

const distinct: Read<readonly string[]> = (value, at) => {
  const order = array(text(), { least: 1 })(value, at)
  const twice = order.find((member, i) => order.indexOf(member) !== i)
  return twice === undefined ? order : fault(at, twice, 'each member once')
}

const allocations = {
  even: object({ key: oneOf('even') }, options),
  'pro-rata': object({ key: oneOf('pro-rata') }, options),
  static: object({ key: oneOf('static'), coefficients: somebody(record(weight)) }, options),
  calendar: object(
    {
      key: oneOf('calendar'),
      coefficients: somebody(record(array(weight, { least: HOURS_OF_WEEK, most: HOURS_OF_WEEK }))),
    },
    { ...options, timeZone },
  ),
  priority: object({ key: oneOf('priority'), order: distinct }, options),
}

const kindOf = (value: unknown, field: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined

const allocation: Read<Allocation> = (value, at) => {
  const key = oneOf(...ALLOCATION_KEYS)(kindOf(value, 'key'), `${at}.key`)
  return allocations[key](value, at)
}

const price = integer(-1_000_000_000, 1_000_000_000)
const clock = (pattern: RegExp, needed: string): Read<string> => text(pattern, needed)

const band = object({
  days: array(integer(1, 7), { least: 1, most: 7 }),
  from: clock(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day like "08:00"'),
  to: clock(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time of day like "20:00", at most "24:00"'),
  microEurPerKwh: price,
})

const tariffs = {
  fixed: object({ kind: oneOf('fixed'), microEurPerKwh: price }),
  'time-of-use': object({
    kind: oneOf('time-of-use'),
    timeZone,
    bands: array(
      (value, at) => {
        const read = band(value, at)
        return read.from < read.to
          ? read
          : fault(`${at}.to`, read.to, `a time after ${read.from}; split a band at midnight`)
      },
      { least: 1 },
    ),
    otherwise: price,
  }),
  'day-ahead': object({ kind: oneOf('day-ahead'), series: text(), marginMicroEurPerKwh: price }),
}

const tariff: Read<Tariff> = (value, at) => {
  const kind = oneOf('fixed', 'time-of-use', 'day-ahead')(kindOf(value, 'kind'), `${at}.kind`)
  return tariffs[kind](value, at)
}

const rules: Read<RulesDocument> = object(
  { version: integer(1, 0xffffffff), from: instantText, allocation },
  {
    tariffs: object(
      {},
      { communityConsumption: tariff, communityProduction: tariff, commercial: tariff, feedIn: tariff },
    ),
    pricing: oneOf('tariffs', 'mid-market-rate'),
  },
)

/** A rules document, strictly: unknown fields, fractions and impossible times are refused with their path. */
export const parseRules = (raw: unknown): Result<RulesDocument, 'ERR_RULES'> =>
  parseWith(rules, raw, 'rules', 'ERR_RULES')
