import { canonicalJson, LISTING_EXAMPLES, LISTING_KINDS } from '@opem/domain'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { listingSchema, readListingDocument } from './document.ts'

const { analytic, data } = LISTING_EXAMPLES
const problemsOf = (raw: unknown) => {
  const read = readListingDocument(raw)
  return 'problems' in read ? read.problems.map(({ path, message }) => `${path}: ${message}`) : []
}

describe('a listing document', () => {
  test.each(LISTING_KINDS)('of kind %s is read as it was written', (kind) => {
    expect(readListingDocument(LISTING_EXAMPLES[kind])).toEqual({ document: LISTING_EXAMPLES[kind] })
    expect(canonicalJson(LISTING_EXAMPLES[kind]).length).toBeLessThan(4000)
  })

  test('that is wrong says at which field, and what is needed there', () => {
    const { title: _left, ...untitled } = analytic
    expect(problemsOf(untitled)).toEqual(['title: this is missing'])
    expect(problemsOf({ ...analytic, title: ' ' })).toEqual(['title: there is only white space here'])
    expect(problemsOf({ ...analytic, title: '' })).toEqual(['title: nothing is written here'])
    expect(problemsOf({ ...analytic, extra: 1 })).toEqual(['extra: there is no such field'])
    expect(problemsOf({ ...analytic, category: 'E6.3' })).toEqual([
      'category: a code like E6.2 (E1.1 to E9.1), or an own word in lower case like weather',
    ])
    expect(problemsOf({ ...analytic, region: ['es'] })).toEqual([
      'region.0: two capital letters of ISO 3166-1, like ES',
    ])
    expect(problemsOf({ ...analytic, keywords: ['wind', 'Wind'] })).toEqual([
      'keywords.1: the keyword "wind" is here twice',
    ])
  })

  test('has plans that fit their kind', () => {
    const plans = (plan: object) => problemsOf({ ...analytic, plans: [{ id: 'one', price: 1, ...plan }] })
    expect(plans({ kind: 'one-time' })).toEqual([])
    expect(plans({ kind: 'one-time', price: 12.5 })).toEqual(['plans.0.price: whole micro-EUR: 12.50 EUR are 12500000'])
    expect(plans({ kind: 'free' })).toEqual(['plans.0.price: a free plan costs 0'])
    expect(plans({ kind: 'bank' })).toEqual(['plans.0.interval: a plan of the kind "bank" says how often it is paid'])
    expect(plans({ kind: 'pay-per-use' })).toEqual(['plans.0.unit: say what is counted, like forecast'])
    expect(plans({ kind: 'one-time', credit: 1 })).toEqual([
      'plans.0.credit: a plan of the kind "one-time" has no credit',
    ])
    expect(problemsOf({ ...analytic, plans: [] })).toEqual(['plans: a listing has at least one price plan'])
  })

  test('says in a chain what it takes and gives, each shape once, and at which path it is called', () => {
    const composition = (said: object) => problemsOf({ ...analytic, composition: { before: [], after: [], ...said } })
    expect(composition({ takes: ['MeterReading'], gives: ['Forecast', 'Price'], path: '/v1/next' })).toEqual([])
    expect(composition({ takes: ['MeterReading', 'MeterReading'] })).toEqual([
      'composition.takes.1: the shape "MeterReading" is here twice',
    ])
    expect(composition({ path: 'forecast' })).toEqual(['composition.path: a path like /forecast'])
    expect(composition({ path: '/../secret' })).toEqual(['composition.path: a path like /forecast'])
    expect(composition({ path: '' })).toEqual(['composition.path: a path like /forecast'])
    expect(composition({ path: '/' })).toEqual([])
    expect(composition({ path: '/a?b=1' })).toEqual(['composition.path: a path like /forecast'])
  })

  test('is a chain of others only when it is composed, without an address or parameters of its own', () => {
    const id = (digit: string) => `0x${digit.repeat(64)}`
    const steps = ['1', '2'].map((digit) => ({ listing: id(digit), title: `Service ${digit}` }))
    const composed = {
      ...LISTING_EXAMPLES.composed,
      parameters: [],
      access: {},
      chain: { composition: id('a'), steps },
    }
    expect(problemsOf(composed)).toEqual([])
    expect(problemsOf({ ...composed, kind: 'analytic' })).toEqual([
      'chain: only a service of kind "composed" is a chain of others',
    ])
    expect(problemsOf({ ...composed, access: { baseUrl: 'https://una.example/' } })).toEqual([
      'access.baseUrl: the marketplace runs the chain itself; leave the address out',
    ])
    expect(problemsOf({ ...composed, parameters: LISTING_EXAMPLES.composed.parameters })).toEqual([
      'parameters: the services of a chain are asked under its composer’s own choices; leave parameters out',
    ])
    const shout = { ...composed, chain: { composition: id('A'), steps } }
    expect(problemsOf(shout)).toEqual([
      'chain.composition: the id of a composition: 0x and 64 hex digits in lower case',
    ])
  })

  test('describes data if, and only if, it offers data', () => {
    const { data: _left, ...without } = data
    const needed = 'data: the data offered is described in a listing of kind "data" alone, which needs it'
    expect(problemsOf(without)).toEqual([needed])
    expect(problemsOf({ ...analytic, data: data.data })).toEqual([needed])
  })

  test.each([
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'http://example.org/',
    'https://user:secret@example.org/',
    'https://exa mple.org/',
    '//example.org/',
  ])('links nothing but web pages: %s is refused', (url) => {
    expect(problemsOf({ ...analytic, access: { documentation: url } })).toEqual([
      'access.documentation: an address begins with https:// (http:// on the own machine alone) and names no user',
    ])
  })

  test('hides nothing in its text', () => {
    for (const hidden of ['\u0000', '\u202e', '\u2066', '\ufeff', '\ud800'])
      expect(problemsOf({ ...analytic, title: `Wind${hidden}` })).toEqual([
        'title: there are characters in it that cannot be seen',
      ])
    expect(problemsOf({ ...analytic, title: 'two\nlines' })).toHaveLength(1)
    expect(problemsOf({ ...analytic, description: 'two\nlines' })).toEqual([])
  })

  test('is read or refused, whatever was sent', () =>
    fc.assert(fc.property(fc.anything(), (raw) => problemsOf(raw).length > 0)))

  test('has a JSON Schema that names the same fields', () => {
    const { $defs } = listingSchema() as {
      $defs: Record<string, { required: string[]; additionalProperties: boolean }>
    }
    const schema = $defs.ListingDocument!
    expect(schema.additionalProperties).toBe(false)
    expect(schema.required).toEqual([
      ...['schema', 'title', 'summary', 'description', 'kind', 'category', 'keywords', 'region', 'requirements'],
      ...['dataNeeded', 'parameters', 'contract', 'terms', 'privacy', 'plans', 'access', 'composition'],
    ])
  })
})
