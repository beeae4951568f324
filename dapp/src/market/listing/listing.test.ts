import { LISTING_EXAMPLES } from '@opem/domain'
import { expect, test } from 'vitest'
import { kpiText, sparkline } from './kpi-text.ts'
import { verifyListing } from './verify.ts'

const LISTING = `0x${'11'.repeat(32)}` as const
const REGISTRY = `0x${'22'.repeat(20)}` as const
const document = LISTING_EXAMPLES.analytic

/** A chain that holds a digest of a version. */
const chain = (version: number, content: string) => ({ readContract: async () => ({ version, content }) }) as never

test('a document with the digest that the chain holds is the one that was approved', async () => {
  const other = await verifyListing(chain(1, '0x00'), REGISTRY, { listing: LISTING, version: 1, document })
  if (other.status !== 'other-document') throw new Error(other.status)
  const same = await verifyListing(chain(1, other.digest), REGISTRY, { listing: LISTING, version: 1, document })
  expect(same).toEqual({ status: 'same', digest: other.digest })
  const changed = { ...document, plans: [{ id: 'trial', kind: 'free', price: 0 }] }
  expect(
    (await verifyListing(chain(1, other.digest), REGISTRY, { listing: LISTING, version: 1, document: changed })).status,
  ).toBe('other-document')
})

test('another version and no listing at all are told apart', async () => {
  const it = { listing: LISTING, version: 1, document }
  expect(await verifyListing(chain(2, '0x00'), REGISTRY, it)).toEqual({ status: 'other-version', onChain: 2 })
  expect(await verifyListing(chain(0, '0x00'), REGISTRY, it)).toEqual({ status: 'not-there' })
})

test.each([
  [{ unit: 'count', value: 12 }, '12'],
  [{ unit: 'stars', value: 4.333 }, '4.3 of 5'],
  [{ unit: '%', value: 99.51 }, '99.5 %'],
  [{ unit: '%', value: 100 }, '100 %'],
  [{ unit: 'ms', value: 12.4 }, '12 ms'],
  [{ unit: 's', value: 1 }, '1 second'],
  [{ unit: 's', value: 600 }, '10 minutes'],
  [{ unit: 's', value: 9000 }, '2.5 hours'],
  [{ unit: 's', value: 200_000 }, '2.3 days'],
] as const)('a figure is said with its unit: %j', (kpi, text) => {
  expect(kpiText(kpi)).toBe(text)
})

test('the small line goes from the oldest to the newest, the highest on top', () => {
  expect(sparkline([1, 3, 2])).toBe('0,28 50,2 100,15')
  expect(sparkline([5])).toBe('0,15 100,15')
})
