import { expect, test } from 'vitest'
import { stepsOf } from './progress.ts'

const standings = (way: Parameters<typeof stepsOf>[0]) => stepsOf(way).map(({ standing }) => standing)

test('a citizen’s account waits for the citizen’s own signature', () => {
  const steps = stepsOf({ kind: 'citizen', status: 'pending', waited: 0 })
  expect(steps.map(({ standing }) => standing)).toEqual(['done', 'now', 'later'])
  expect(steps[1]!.text).toBe('Sign that you received the credential: only then does the account become active.')
})

test('nothing is called active before the marketplace says so', () => {
  expect(standings({ kind: 'company', status: 'active', waited: 3 })).toEqual(['done', 'done', 'done'])
  expect(standings({ kind: 'company', status: 'pending', waited: 300 })).toEqual(['done', 'now', 'later'])
})

test('a company’s wallet that stays silent is named, with what it answered last', () => {
  const [, receipt] = stepsOf({
    kind: 'company',
    status: 'pending',
    reason: 'ERR_FETCH_TIMEOUT: no answer within 5 s',
    waited: 45,
  })
  expect(receipt!.text).toBe(
    'Your company’s wallet has not answered for 45 seconds. The last try ended so: ERR_FETCH_TIMEOUT: no answer within 5 s. Is it running, and can the marketplace reach its address? It is asked again until the registration runs out; you may leave this page open or come back.',
  )
})

test('a registration that ran out failed at its receipt', () => {
  expect(standings({ kind: 'citizen', status: 'expired', waited: 0 })).toEqual(['done', 'failed', 'later'])
})
