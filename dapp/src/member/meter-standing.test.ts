import { expect, test } from 'vitest'
import { standingOf } from './meter-standing.ts'

// 2015-06-01 04:00 UTC and the hour after.
const FOUR = 1_433_131_200
const FIVE = 1_433_134_800

test('a meter nobody showed a credential for is not used, and can be authorised', () => {
  expect(standingOf([], 'a', FOUR, 'UTC')).toEqual({
    used: false,
    sentence: 'No Data-source credential was presented: its readings are not used.',
    withdrawable: false,
    authorisable: true,
  })
})

test('an authorised meter is used and can be withdrawn', () => {
  expect(standingOf([{ meter: 'a', from: FOUR, until: null }], 'a', FIVE, 'UTC')).toEqual({
    used: true,
    sentence: 'Its readings have been used since 1 Jun 2015, 04:00.',
    withdrawable: true,
    authorisable: false,
  })
})

test('a withdrawal takes effect at the next period', () => {
  const withdrawn = [{ meter: 'a', from: FOUR, until: FIVE }]
  expect(standingOf(withdrawn, 'a', FIVE - 60, 'UTC')).toMatchObject({
    used: true,
    sentence: 'Withdrawn: its readings are used until 1 Jun 2015, 05:00.',
  })
  expect(standingOf(withdrawn, 'a', FIVE, 'UTC')).toMatchObject({
    used: false,
    sentence: 'Withdrawn: its readings have not been used since 1 Jun 2015, 05:00.',
    authorisable: true,
  })
})

test('the latest authorisation of a meter counts, and only its own', () => {
  const all = [
    { meter: 'a', from: FOUR, until: FIVE },
    { meter: 'a', from: FIVE, until: null },
    { meter: 'b', from: FIVE + 60, until: FIVE + 120 },
  ]
  expect(standingOf(all, 'a', FIVE + 300, 'UTC').used).toBe(true)
})
