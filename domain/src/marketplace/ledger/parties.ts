import type { Hex } from '../../commitment/bytes.ts'
import type { Agreement } from '../agreement.ts'
import type { ChainEvent } from './event.ts'
import type { MoneyStandings } from './money.ts'
import type { Standings } from './standing.ts'

type Known = Pick<Standings, 'listings' | 'requests' | 'proposals' | 'compositions'> &
  Pick<MoneyStandings, 'payments' | 'reserves'> & { readonly terms: ReadonlyMap<Hex, Agreement> }

/** The things that an event is about, by their ids. */
export function aboutOf({ name, args }: ChainEvent): Hex[] {
  const ids = [args.payment, args.agreement, args.id, args.listing, args.proposal, args.request]
  const texts = ids.filter((id): id is Hex => typeof id === 'string')
  // A composition names its services, an agreement its listing, and changes neither.
  return /^(Agreement|Composition)/.test(name) ? texts.filter((id) => id === args.id) : texts
}

/** Whose event it is: by its own fields, and by those of the thing that it is about, as far as that is known. */
export function partiesOf(known: Known, event: ChainEvent): Hex[] {
  const { name, args } = event
  const found = [args.party, args.consumer, args.provider, args.user]
  const of = (thing: object | undefined) => {
    const { consumer, provider, user } = (thing ?? {}) as Record<'consumer' | 'provider' | 'user', unknown>
    found.push(consumer, provider, user)
  }
  for (const id of aboutOf(event)) {
    of(known.payments.get(id) ?? known.reserves.get(id) ?? known.terms.get(id) ?? known.compositions.get(id))
    of(known.listings.get(id) ?? known.proposals.get(id) ?? known.requests.get(id))
  }
  if (name === 'AgreementConcluded') of(args.agreement as object)
  if (name === 'ListingOffered') found.push(args.to)
  if (name === 'ListingHandedOver') found.push(args.previous)
  return [...new Set(found)].filter((it): it is Hex => typeof it === 'string')
}
