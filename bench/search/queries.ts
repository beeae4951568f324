import { DEEDS, SUBJECTS } from './listings.ts'

/** What people type and choose: a path of the API and the words alone, for the baseline. */
export interface Query {
  readonly kind: string
  readonly path: string
  readonly text: string
}

/** A word with two letters exchanged, one left out, or one wrong. */
function misspelt(word: string, random: () => number): string {
  const at = 1 + Math.floor(random() * (word.length - 2))
  const way = random()
  if (way < 1 / 3) return word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2)
  if (way < 2 / 3) return word.slice(0, at) + word.slice(at + 1)
  return `${word.slice(0, at)}${'etaoin'[Math.floor(random() * 6)]}${word.slice(at + 1)}`
}

/**
 * The mix: browsing without words, one common word, several words, a word as it is typed, misspelt words, words with chosen
 * facets, and the other orders.
 */
export function queries(count: number, random: () => number): Query[] {
  const one = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const kinds: Record<string, () => Query> = {
    browse: () => query('browse', '', { of: one(['services', 'data']) }),
    'browse with facets': () =>
      query('browse with facets', '', { region: one(['DK', 'ES', 'SI']), plan: one(['free', 'bank']), sort: 'price' }),
    'one common word': () => query('one common word', one(SUBJECTS).split(' ').at(-1)!),
    'several words': () => query('several words', `${one(SUBJECTS)} ${one(DEEDS)}`),
    'as it is typed': () => {
      const words = one(DEEDS)
      return query('as it is typed', words.slice(0, 3 + Math.floor(random() * 4)))
    },
    misspelt: () =>
      query('misspelt', `${misspelt(one(DEEDS).split(' ')[0]!, random)} ${one(SUBJECTS).split(' ').at(-1)}`),
    'words with facets': () =>
      query('words with facets', one(DEEDS), {
        ...{ of: one(['services', 'data']), region: one(['DK', 'ES', 'BE']), priceTo: one(['50', '500', '5000']) },
        sort: one(['relevance', 'newest', 'price', 'rating']),
      }),
  }
  const names = Object.keys(kinds)
  return Array.from({ length: count }, (_, turn) => kinds[names[turn % names.length]!]!())
}

function query(kind: string, text: string, chosen: Readonly<Record<string, string>> = {}): Query {
  const search = new URLSearchParams({ ...(text !== '' && { text }), limit: '20', ...chosen })
  return { kind, text, path: `/v1/market/listings?${search}` }
}
