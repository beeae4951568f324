import { QueryClient } from '@tanstack/react-query'
import { afterEach, expect, test, vi } from 'vitest'
import { indexStateQuery } from '../subgraph/community.ts'
import { communitiesQuery } from './communities.ts'
import { periodsQuery } from './periods.ts'
import { settingsQuery } from './settings.ts'

const asked: string[] = []
function answers(status: number, body: unknown) {
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path)
    return Response.json(body, { status })
  })
}
afterEach(() => {
  vi.unstubAllGlobals()
  asked.length = 0
})
const client = () => new QueryClient({ defaultOptions: { queries: { retry: false } } })
const id = `0x${'ab'.repeat(20)}`

test('periods are read as exact energies of a range', async () => {
  const prices = {
    communityConsumption: '120000',
    communityProduction: '100000',
    commercial: '250000',
    feedIn: '-5000',
  }
  answers(200, {
    periods: [
      {
        start: '2015-06-01T04:00:00Z',
        seconds: 3600,
        surplusWh: 7000,
        demandWh: 10000,
        sharedWh: 7000,
        revision: 0,
        prices,
      },
    ],
  })
  const periods = await client().fetchQuery(periodsQuery(id, { from: 1_433_131_200, to: 1_433_134_800 }))
  expect(asked).toEqual([`/v1/communities/${id}/periods?from=2015-06-01T04%3A00%3A00Z&to=2015-06-01T05%3A00%3A00Z`])
  expect(periods[0]).toMatchObject({
    start: 1_433_131_200,
    surplusWh: 7000n,
    sharedWh: 7000n,
    prices: { feedIn: -5000n },
  })
})

test('an answer with an unknown field is refused, not guessed at', async () => {
  answers(200, { communities: [], surprise: 1 })
  await expect(client().fetchQuery(communitiesQuery)).rejects.toMatchObject({ code: 'ERR_ANSWER_SHAPE' })
})

test('a problem document becomes an error with its own code and sentence', async () => {
  answers(404, {
    type: 'about:blank',
    title: 'Not found',
    status: 404,
    code: 'ERR_COMMUNITY_UNKNOWN',
    detail: 'no such community',
  })
  await expect(client().fetchQuery(communitiesQuery)).rejects.toMatchObject({
    code: 'ERR_COMMUNITY_UNKNOWN',
    shortMessage: 'no such community',
    retryable: false,
  })
})

test('silence is said to be silence, and may get better', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('fetch failed')
  })
  await expect(client().fetchQuery(settingsQuery)).rejects.toMatchObject({ code: 'ERR_UNREACHABLE', retryable: true })
})

test('a community the index has not read yet is missing, not empty', async () => {
  answers(200, { data: { community: null } })
  expect(await client().fetchQuery(indexStateQuery(id))).toEqual({ missing: true, settledTo: undefined, batches: 0 })
})

test('the index’s own refusal is passed on', async () => {
  answers(200, { errors: [{ message: 'indexing error' }] })
  await expect(client().fetchQuery(indexStateQuery(id))).rejects.toMatchObject({ code: 'ERR_INDEX' })
})
