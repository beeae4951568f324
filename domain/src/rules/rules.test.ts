import fc from 'fast-check'
import { keccak256, toHex as viemHex } from 'viem'
import { expect, test } from 'vitest'
import type { Keccak256 } from '../commitment/bytes.ts'
import { canonicalJson } from './canonical-json.ts'
import { parseRules } from './parse-rules.ts'
import type { RulesDocument } from './rules-document.ts'
import { rulesHash, rulesInForce, rulesOnChain } from './rules-in-force.ts'

const keccak: Keccak256 = (bytes) => keccak256(bytes, 'bytes')

const document = {
  version: 1,
  from: '2015-06-01T04:00:00Z',
  allocation: { key: 'even', rounds: 'iterate', capWh: { '0x01': 5000 } },
  tariffs: {
    communityConsumption: { kind: 'fixed', microEurPerKwh: 120000 },
    communityProduction: { kind: 'fixed', microEurPerKwh: 100000 },
    commercial: {
      kind: 'time-of-use',
      timeZone: 'Europe/Madrid',
      bands: [{ days: [1, 2, 3, 4, 5], from: '08:00', to: '20:00', microEurPerKwh: 250000 }],
      otherwise: 150000,
    },
    feedIn: { kind: 'day-ahead', series: 'dk2', marginMicroEurPerKwh: -5000 },
  },
  pricing: 'tariffs',
}

test('the document of the architecture parses to itself', () => {
  expect(parseRules(document)).toEqual({ ok: true, value: document })
})

const change = (path: string, value: unknown): unknown => {
  const copy = structuredClone(document) as Record<string, unknown>
  const fields = path.split('.')
  let at: Record<string, unknown> = copy
  for (const field of fields.slice(0, -1)) at = at[field] as Record<string, unknown>
  at[fields.at(-1)!] = value
  return copy
}

test.each([
  ['tariff', 1, 'rules.tariff: 1 given, no such field'],
  ['version', 0, 'rules.version: 0 given, a whole number from 1'],
  ['from', '2015-06-01', 'rules.from: "2015-06-01" given, a time with an offset'],
  ['allocation.key', 'fair', 'rules.allocation.key: "fair" given, "even" or "pro-rata"'],
  ['allocation.order', ['a'], 'rules.allocation.order: ["a"] given, no such field'],
  ['allocation', { key: 'static' }, 'rules.allocation.coefficients: nothing given'],
  ['allocation', { key: 'static', coefficients: { a: 0.5 } }, 'coefficients["a"]: 0.5 given, a whole number'],
  ['allocation', { key: 'static', coefficients: { a: 0 } }, 'at least one member with a weight above 0'],
  ['allocation', { key: 'calendar', coefficients: { a: [1] } }, 'coefficients["a"].length: 1 given, 168 to 168 items'],
  ['allocation', { key: 'priority', order: ['a', 'b', 'a'] }, 'order: "a" given, each member once'],
  ['allocation.capWh', { a: -1 }, 'capWh["a"]: -1 given'],
  ['tariffs.feedIn.kind', 'free', 'rules.tariffs.feedIn.kind: "free" given, "fixed" or "time-of-use" or "day-ahead"'],
  ['tariffs.commercial.timeZone', 'Madrid', 'an IANA time zone'],
  [
    'tariffs.commercial.bands',
    [{ days: [1], from: '22:00', to: '06:00', microEurPerKwh: 1 }],
    'split a band at midnight',
  ],
  ['tariffs.commercial.otherwise', '150000', 'rules.tariffs.commercial.otherwise: "150000" given'],
])('%s = %j is refused with its path', (path, value, reason) => {
  const parsed = parseRules(change(path, value))
  expect(parsed).toMatchObject({ ok: false, code: 'ERR_RULES' })
  expect(parsed.ok ? '' : parsed.reason).toContain(reason)
})

test('parsing rules never throws', () => {
  fc.assert(fc.property(fc.anything(), (raw) => typeof parseRules(raw).ok === 'boolean'))
})

test('canonical JSON is RFC 8785', () => {
  // The example of RFC 8785, §3.2.2 and §3.2.3.
  const given = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  }
  expect(canonicalJson(given)).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  )
  const keys = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 }
  expect(canonicalJson(keys)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}')
  expect(() => canonicalJson({ a: Number.NaN })).toThrow('ERR_CANONICAL_JSON')
  expect(() => canonicalJson('\ud800')).toThrow('lone surrogate')
  expect(canonicalJson({ b: undefined, a: -0 })).toBe('{"a":0}')
})

test('the hash is of the canonical text, whatever the order of fields', () => {
  const parsed = parseRules(document) as { value: RulesDocument }
  const reversed = Object.fromEntries(Object.entries(parsed.value).reverse()) as unknown as RulesDocument
  const expected = keccak256(viemHex(canonicalJson(document)))
  expect(rulesHash(keccak, parsed.value)).toBe(expected)
  expect(rulesHash(keccak, reversed)).toBe(expected)
  expect(rulesHash(keccak, { ...parsed.value, version: 2 })).not.toBe(expected)
})

test('the version in force is the last that started, also when asked late', () => {
  const version = (n: number, from: string): RulesDocument => ({ version: n, from, allocation: { key: 'even' } })
  const docs = [version(2, '2015-07-01T00:00:00Z'), version(1, '2015-06-01T00:00:00Z')]
  expect(rulesInForce(docs, 1435708799).version).toBe(1)
  expect(rulesInForce(docs, 1435708800).version).toBe(2)
  expect(() => rulesInForce(docs, 1433116799)).toThrow('no rules are in force at 2015-05-31T23:59:59Z')
})

test.each([
  [{ key: 'even' }, 0, true, true],
  [{ key: 'even', rounds: 'one' }, 0, false, false],
  [{ key: 'even', capWh: { a: 1 } }, 0, false, false],
  [{ key: 'even', capWh: {} }, 0, true, true],
  [{ key: 'pro-rata', rounds: 'one' }, 1, true, true],
  [{ key: 'static', coefficients: { a: 1 } }, 2, false, true],
  [{ key: 'static', coefficients: { a: 1 }, rounds: 'one' }, 2, false, false],
  [{ key: 'priority', order: ['a'] }, 4, false, true],
] as const)('%j tells the chain its key %i, plain %s, exact %s', (allocation, key, plain, exact) => {
  const doc: RulesDocument = { version: 1, from: '2015-06-01T00:00:00Z', allocation }
  expect(rulesOnChain(doc)).toEqual({ from: 1433116800n, key, plain, exact })
})
