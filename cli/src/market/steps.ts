import { listingRegistryAbi } from '@opem/contracts'
import { contentDigest, formatEur, type Hex, type ListingDocument, MicroEur, type PricePlan } from '@opem/domain'
import { sha256 } from 'viem'
import { refusal } from '../failure.ts'
import { type Instance, openInstance } from '../instance/instance.ts'
import { print } from '../print.ts'
import { readDeployment } from '../up/deployment.ts'
import type { SearchOptions, ShowOptions } from './command.ts'

interface Shown {
  readonly listing: Hex
  readonly title: string
  readonly summary: string
  readonly provider: { readonly name: string; readonly address: Hex }
  readonly kind: string
  readonly category: string
  readonly plans: readonly PricePlan[]
  readonly rating: { readonly average: number; readonly count: number } | null
}

interface Found {
  readonly items: readonly Shown[]
  readonly total: number
  readonly readAs: readonly { readonly given: string; readonly read: readonly string[] }[]
  readonly relaxed: boolean
}

interface Listing {
  readonly listing: Hex
  readonly state: string
  readonly version: number
  readonly content: Hex
  readonly document: ListingDocument | null
  readonly provider: { readonly name: string; readonly address: Hex }
  readonly stars: readonly number[]
  readonly kpis: readonly { readonly label: string; readonly value: number; readonly unit: string }[]
}

const eur = (micro: number) => `${formatEur(MicroEur(micro))} EUR`

/** @example planWords({ kind: 'free', … }) // 'free' */
function planWords({ kind, price, interval, unit }: PricePlan): string {
  switch (kind) {
    case 'free':
      return 'free'
    case 'one-time':
      return `${eur(price)} once`
    case 'pay-per-use':
      return `${eur(price)} for each ${unit ?? 'use'}`
    case 'subscription':
    case 'bank':
      return `${eur(price)} every ${(interval ?? 0) / 86_400} days${kind === 'bank' ? ' by bank' : ''}`
    default:
      return kind satisfies never
  }
}

export async function search(text: string, options: SearchOptions): Promise<void> {
  const { api } = await openInstance(options)
  const asked = new URLSearchParams({ limit: options.limit, of: options.of })
  if (text !== '') asked.set('text', `${text} `) // whole words: nobody is typing any more
  for (const name of ['kind', 'category', 'plan', 'region', 'granularity', 'provider'] as const)
    for (const value of options[name]) asked.append(name, value)
  for (const name of ['priceFrom', 'priceTo', 'rating', 'sort'] as const) {
    const value = options[name]
    if (value !== undefined) asked.set(name, value)
  }
  const found = await api.get<Found>(`/v1/market/listings?${asked}`)
  print(options, found, [
    `${found.total} found`,
    ...found.readAs.map(({ given, read }) => `no listing has "${given}": read as ${read.join(', ')}`),
    ...(found.relaxed ? ['no listing has all of the words: these have some of them'] : []),
    ...found.items.flatMap((it) => [
      '',
      `${it.title}  (${it.provider.name || it.provider.address}, ${it.kind}, ${it.category})`,
      `  ${it.summary}`,
      `  ${it.plans.map(planWords).join('; ')}${it.rating === null ? '' : `; ${it.rating.average} of 5 stars (${it.rating.count})`}`,
      `  ${it.listing}`,
    ]),
  ])
}

export async function show(id: string, options: ShowOptions): Promise<void> {
  if (!/^0x[0-9a-fA-F]{64}$/.test(id))
    throw refusal(
      'ERR_LISTING',
      `"${id}" is no id of a listing: give 0x and 64 hex digits, as opem market search shows.`,
    )
  const instance = await openInstance(options)
  const listing = await instance.api.get<Listing>(`/v1/market/listings/${id.toLowerCase()}`)
  const verified = await isOnChain(instance, listing)
  const { document: it, stars, kpis } = listing
  const ratings = stars.reduce((sum, many) => sum + many, 0)
  print(options, { ...listing, verified }, [
    it === null ? 'Its document is not here yet.' : it.title,
    `by ${listing.provider.name || listing.provider.address}; version ${listing.version}, ${listing.state}`,
    ...(it === null ? [] : ['', it.summary, '', it.description, '', `Prices: ${it.plans.map(planWords).join('; ')}`]),
    ...(it === null ? [] : [`Data needed: ${it.dataNeeded.map(({ name }) => name).join('; ') || 'none'}`]),
    ...kpis.map(
      ({ label, value, unit }) => `${label}: ${Math.round(value * 10) / 10}${unit === 'count' ? '' : ` ${unit}`}`,
    ),
    `Ratings: ${ratings === 0 ? 'none yet' : `${ratings}, from one star to five: ${stars.join(', ')}`}`,
    verified
      ? `The document has the digest that the chain holds: ${listing.content}`
      : 'WARNING: the document has not the digest that the chain holds. Do not contract it.',
  ])
  if (!verified) process.exitCode = 1
}

/** Whether the chain, asked here, holds the digest of the document that the API gave. */
async function isOnChain({ chain, home }: Instance, { listing, version, document }: Listing): Promise<boolean> {
  const registry = readDeployment(home)?.addresses.ListingRegistry
  if (registry === undefined || document === null) return false
  const args = [listing] as const
  const onChain = await chain.readContract({
    address: registry as Hex,
    abi: listingRegistryAbi,
    functionName: 'listingOf',
    args,
  })
  return onChain.version === version && onChain.content === contentDigest(document, sha256)
}
