import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  allowedNext,
  type Composable,
  type CompositionPair,
  checkChain,
  type mayAdd,
  mayFollow,
} from './composition.ts'

const id = (digit: string) => `0x${digit.repeat(64)}` as const
const service = (digit: string, category: string, said: Partial<Composable> = {}): Composable => ({
  ...{ listing: id(digit), category, before: [], after: [], takes: [], gives: [], ...said },
})
const cleanse = service('1', 'E2.1', { after: ['E6.2'], gives: ['MeterReading'] })
const forecast = service('2', 'E6.2', {
  before: ['E2.1'],
  after: ['E6.1'],
  takes: ['MeterReading'],
  gives: ['Forecast'],
})
const schedule = service('3', 'E6.1', { takes: ['Forecast', 'Price'] })
const why = (verdict: ReturnType<typeof mayAdd>) => (verdict.ok ? 'ok' : `${verdict.at} ${verdict.problem}`)

test('three services that name one another and hand on what the next one takes are a chain', () => {
  expect(checkChain([cleanse, forecast, schedule])).toEqual({ ok: true })
})

test('a service that others name is not put behind one that names only others', () => {
  expect(why(checkChain([cleanse, schedule]))).toBe('1 not-named')
})

test('a service that says what it follows follows nothing else', () => {
  expect(why(mayFollow(service('4', 'E1.1', { after: ['E6.2'] }), forecast))).toBe('1 not-named')
})

test('two services that say nothing of one another do not go together', () => {
  expect(why(mayFollow(service('4', 'E1.1'), service('5', 'E1.2')))).toBe('1 not-named')
})

test('data that the next one cannot take ends a chain', () => {
  expect(why(checkChain([forecast, { ...schedule, takes: ['Price'] }]))).toBe('1 data')
})

test('the operator forbids what services say, and allows what they do not', () => {
  const forbid: CompositionPair = { before: 'E2.1', after: 'E6.2', rule: 'forbid' }
  expect(why(checkChain([cleanse, forecast], [forbid]))).toBe('1 forbidden')
  const allow: CompositionPair = { before: cleanse.listing, after: forecast.listing, rule: 'allow' }
  expect(why(checkChain([cleanse, forecast], [forbid, allow]))).toBe('ok')
  expect(why(checkChain([cleanse, schedule], [{ before: 'E2.1', after: 'E6.1', rule: 'allow' }]))).toBe('1 data')
})

test('a service comes twice only when it names itself', () => {
  const twice = service('6', 'smooth', { after: ['smooth', 'E6.2'] })
  expect(why(checkChain([twice, twice]))).toBe('1 repeated')
  const allowed = { ...twice, after: [id('6')] }
  expect(why(checkChain([allowed, allowed]))).toBe('ok')
})

test('one service is no chain, and nine are too many', () => {
  expect(why(checkChain([cleanse]))).toBe('1 too-short')
  expect(why(checkChain([]))).toBe('0 too-short')
  const again = service('7', 'smooth', { after: [id('7')] })
  expect(why(checkChain(Array.from({ length: 8 }, () => again)))).toBe('ok')
  expect(why(checkChain(Array.from({ length: 9 }, () => again)))).toBe('8 too-long')
})

test('only what fits is suggested', () => {
  const offered = [cleanse, forecast, schedule]
  expect(allowedNext([cleanse], offered)).toEqual([forecast])
  expect(allowedNext([cleanse, forecast], offered)).toEqual([schedule])
  expect(allowedNext([], offered)).toEqual(offered)
})

const categories = ['E1.1', 'E2.1', 'E6.1', 'E6.2']
const names = fc.uniqueArray(fc.constantFrom(...categories, id('0'), id('1'), id('2')), { maxLength: 3 })
const shapes = fc.uniqueArray(fc.constantFrom('MeterReading', 'Forecast', 'Price'), { maxLength: 2 })
const market = fc
  .array(
    fc.record({ category: fc.constantFrom(...categories), before: names, after: names, takes: shapes, gives: shapes }),
    {
      ...{ minLength: 2, maxLength: 8 },
    },
  )
  .map((all) => all.map((one, at): Composable => ({ ...one, listing: id(String(at)) })))
const pair = fc.record({
  before: fc.constantFrom(...categories, id('0')),
  after: fc.constantFrom(...categories, id('1')),
  rule: fc.constantFrom('allow' as const, 'forbid' as const),
})

test('whatever is built step by step from what is suggested is a valid chain', () => {
  fc.assert(
    fc.property(market, fc.array(pair, { maxLength: 4 }), fc.infiniteStream(fc.nat()), (offered, pairs, picks) => {
      let chain: Composable[] = []
      for (const pick of picks) {
        const next = allowedNext(chain, offered, pairs)
        if (next.length === 0) break
        chain = [...chain, next[pick % next.length]!]
        expect(checkChain(chain, pairs)).toEqual(
          chain.length < 2 ? expect.objectContaining({ problem: 'too-short' }) : { ok: true },
        )
      }
      expect(chain.length).toBeLessThanOrEqual(8)
    }),
  )
})

test('no service that does not name itself is in a valid chain twice', () => {
  fc.assert(
    fc.property(market, fc.array(fc.nat(), { minLength: 2, maxLength: 9 }), (offered, picks) => {
      const chain = picks.map((pick) => offered[pick % offered.length]!)
      if (!checkChain(chain).ok) return
      for (const one of chain)
        if (chain.filter(({ listing }) => listing === one.listing).length > 1)
          expect([...one.before, ...one.after]).toContain(one.listing)
    }),
  )
})
