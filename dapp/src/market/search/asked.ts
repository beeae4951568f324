/** What the page's address says is looked for; the API is asked with the same names. */
export const FACETS = ['kind', 'category', 'plan', 'region', 'granularity', 'provider'] as const
export type Facet = (typeof FACETS)[number]

export const SORTS = ['relevance', 'newest', 'rating', 'price'] as const
export type Sort = (typeof SORTS)[number]

/** EUR, as the steps that are counted. */
export const PRICE_STEPS: Readonly<Record<string, { from?: string; to?: string; name: string }>> = {
  '0': { to: '0', name: 'Free of charge' },
  '0-10': { from: '0.000001', to: '10', name: 'Up to €10' },
  '10-100': { from: '10.000001', to: '100', name: '€10 to €100' },
  '100-1000': { from: '100.000001', to: '1000', name: '€100 to €1,000' },
  '1000-': { from: '1000.000001', name: 'Over €1,000' },
}

const KNOWN = new Set<string>(['text', 'of', 'sort', 'price', 'rating', ...FACETS])

/** The address without what nobody knows, so that a stray word in a link does not spoil the search. */
export const known = (address: URLSearchParams): URLSearchParams =>
  new URLSearchParams([...address].filter(([name, value]) => KNOWN.has(name) && value !== ''))

/** What the API is asked: steps of prices become their ends, typed words lose nothing but spaces before them. */
export function toQuery(address: URLSearchParams): URLSearchParams {
  const asked = known(address)
  const step = PRICE_STEPS[asked.get('price') ?? '']
  asked.delete('price')
  if (step?.from !== undefined) asked.set('priceFrom', step.from)
  if (step?.to !== undefined) asked.set('priceTo', step.to)
  const text = (asked.get('text') ?? '').trimStart().slice(0, 200)
  asked.delete('text')
  if (text !== '') asked.set('text', text)
  return asked
}

/** The address with other values of one facet; none leaves it out. */
export function withValues(address: URLSearchParams, name: string, values: readonly string[]): URLSearchParams {
  const next = known(address)
  next.delete(name)
  for (const value of values) next.append(name, value)
  return next
}

/** How many facets narrow the search. */
export const narrowing = (address: URLSearchParams): number =>
  [...FACETS, 'price', 'rating'].filter((name) => address.has(name)).length
