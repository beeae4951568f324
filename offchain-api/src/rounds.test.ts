import { OpemError } from '@opem/domain'
import { expect, test } from 'vitest'
import { isRetryable, startRounds } from './rounds.ts'

const NEVER = 2_000_000_000

/** Rounds that end when the test says so. */
function held() {
  const ends: ((cause?: unknown) => void)[] = []
  const log: string[] = []
  const rounds = startRounds({
    ...{ what: 'market: lines', everyMs: NEVER, log: (line) => void log.push(line) },
    round: () =>
      new Promise<void>((resolve, reject) =>
        ends.push((cause) => (cause === undefined ? resolve() : reject(cause as Error))),
      ),
  })
  return { rounds, ends, log }
}
/** Lets what can go on go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve))
const away = new OpemError({ code: 'ERR_STORE_AWAY', shortMessage: 'away', retryable: true })

test('who wakes it during a round gets another one after it, and several get one', async () => {
  const { rounds, ends } = held()
  let woken = false
  void rounds.wake()
  void rounds.wake()
  void rounds.wake().then(() => (woken = true))
  expect(ends.length).toBe(1)
  ends[0]!()
  await turn()
  expect([ends.length, woken]).toEqual([2, false])
  ends[1]!()
  await turn()
  expect([ends.length, woken]).toEqual([2, true])
})

test('a reason to wait is said once, and again when it comes back', async () => {
  const { rounds, ends, log } = held()
  for (const cause of [away, away, new TypeError('of Ana'), undefined, away]) {
    const done = rounds.wake()
    ends.pop()!(cause)
    await done
  }
  expect(log).toEqual([
    'market: lines: waits and tries again: ERR_STORE_AWAY',
    'market: lines: waits and tries again: TypeError',
    'market: lines: waits and tries again: ERR_STORE_AWAY',
  ])
})

test('closing waits for the round that runs, and begins no other', async () => {
  const { rounds, ends } = held()
  void rounds.wake()
  void rounds.wake()
  let closed = false
  const closing = rounds.close().then(() => (closed = true))
  await turn()
  expect(closed).toBe(false)
  ends[0]!()
  await closing
  await rounds.wake()
  expect(ends.length).toBe(1)
})

test('a part that is away passes; a mistake of ours does not', () => {
  expect([isRetryable(away), isRetryable(new TypeError())]).toEqual([true, false])
})
