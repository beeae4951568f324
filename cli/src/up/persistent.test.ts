import { OpemError } from '@opem/domain'
import { TimeoutError } from 'viem'
import { expect, test } from 'vitest'
import { persistently } from './persistent.ts'

const silent = () => new OpemError({ code: 'ERR_CHAIN_UNREACHABLE', shortMessage: 'silence', retryable: true })

/** Fails with each error in turn, then works. */
function workAfter(...errors: Error[]) {
  const pauses: number[] = []
  const said: string[] = []
  const done = persistently(
    async () => {
      const error = errors.shift()
      if (error !== undefined) throw error
    },
    (line) => said.push(line),
    async (milliseconds) => pauses.push(milliseconds),
  )
  return { done, pauses, said }
}

test('a chain that is slow is asked again, with growing pauses', async () => {
  const { done, pauses, said } = workAfter(silent(), new TimeoutError({ body: {}, url: 'http://127.0.0.1:1' }))
  await done
  expect(pauses).toEqual([250, 500])
  expect(said).toEqual([
    'contracts    the chain did not answer in time; trying again in 0.3 s',
    'contracts    the chain did not answer in time; trying again in 0.5 s',
  ])
})

test('a chain that stays silent ends the start with its own error', async () => {
  const { done, pauses } = workAfter(...Array.from({ length: 6 }, silent))
  await expect(done).rejects.toMatchObject({ code: 'ERR_CHAIN_UNREACHABLE' })
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000])
})

test('what asking again does not mend ends the start at once', async () => {
  const refused = new OpemError({ code: 'ERR_NO_FUNDS', shortMessage: 'poor' })
  const { done, pauses } = workAfter(refused)
  await expect(done).rejects.toBe(refused)
  expect(pauses).toEqual([])
})
