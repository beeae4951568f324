import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Rows } from '../follower/reaction.ts'
import { createColumns, placeOfEntry, rowOfEntry } from './columns.ts'

const WORDS = ['wind', 'solar', 'forecast', 'meter', 'grid'] as const
const some = fc.uniqueArray(fc.constantFrom(...WORDS), { maxLength: 4 })
const version = fc.record({
  number: fc.nat(5),
  removed: fc.boolean(),
  title: some,
  topic: some,
  summary: some,
  rest: some,
})

type Version = typeof version extends fc.Arbitrary<infer V> ? V : never

const stored = ({ number, removed, title, topic, summary, rest }: Version, change: number) => ({
  ...{ number, listing: `0x${number}`, change: String(change), state: removed ? 'removed' : 'published' },
  ...{ account: 'a', kind: 'analytic', category: 'weather', regions: '', granularity: null, prices: [1, null] },
  ...{ rating: null, published_at: '0', title: title.join(' '), topic: topic.join(' '), summary: summary.join(' ') },
  words: [...new Set([...title, ...topic, ...summary, ...rest])].join(' '),
})

const PLACES = ['title', 'topic', 'summary', 'rest'] as const

test('whatever changes, a word leads to the listings that have it now, and to where it stands at best', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(version, { maxLength: 30 }), async (versions) => {
      let at = 0
      const next = versions.map((one, change) => stored(one, change + 1))
      const columns = createColumns({ rows: (async () => next.slice(at, ++at)) as Rows })
      const now = new Map<number, Version>()
      for (const one of versions) {
        const { postings, words } = await columns.read()
        now.set(one.number, one)
        for (const word of WORDS) {
          const posted = (postings[words.find(word) ?? -1] ?? []).map((it) => [rowOfEntry(it), placeOfEntry(it)])
          const expected = [...now.values()]
            .filter((it) => !it.removed)
            .map((it) => [it.number, PLACES.findIndex((place) => it[place].includes(word))])
            .filter(([, place]) => place !== -1)
          expect(posted.toSorted()).toEqual(expected.toSorted())
        }
      }
    }),
    { numRuns: 200 },
  )
})
