import type { ReadingsOffered } from '../marketplace/listing-document.ts'
import { readOdrl } from './odrl.ts'
import type { UsePolicy } from './policy.ts'

/** What somebody who is measured reads before they consent, beside form, purposes and end: which readings, and how they may be used. */
export interface ConsentTerms {
  /** Periods that start in `[from, to)`, ISO 8601 in UTC; `to` null: it goes on. */
  readonly from: string
  readonly to: string | null
  /** Subjects behind each sum, at the least; 1 where each meter stands by itself. */
  readonly leastSubjects: number
  /** ODRL Offer of the data set. */
  readonly policy: Readonly<Record<string, unknown>>
}

/** The terms of a data set. Their digest (`contentDigest`) is what a consent is signed for. */
export const consentTerms = ({
  form,
  leastSubjects,
  from,
  to,
  policy,
}: Pick<ReadingsOffered, 'form' | 'leastSubjects' | 'from' | 'to' | 'policy'>): ConsentTerms => ({
  ...{ from, to, policy },
  leastSubjects: form === 'aggregate' ? leastSubjects : 1,
})

/**
 * Whether a data set asks no more of somebody than what they consented to: then the consent counts for it. Purposes are
 * compared besides, one by one. What is not understood asks more.
 */
export function asksNoMore(asked: ConsentTerms, consented: ConsentTerms): boolean {
  const [a, b] = [readOdrl(asked.policy), readOdrl(consented.policy)]
  return (
    a.ok &&
    b.ok &&
    Date.parse(asked.from) >= Date.parse(consented.from) &&
    notLater(asked.to, consented.to) &&
    asked.leastSubjects >= consented.leastSubjects &&
    allowsNoMore(a.policy, b.policy)
  )
}

const notLater = (asked: string | null, consented: string | null): boolean =>
  consented === null || (asked !== null && Date.parse(asked) <= Date.parse(consented))

function allowsNoMore(a: UsePolicy, b: UsePolicy): boolean {
  const within = (asked: readonly string[], allowed: readonly string[]) => asked.every((one) => allowed.includes(one))
  const atMost = (asked: number | null, most: number | null) => most === null || (asked !== null && asked <= most)
  return (
    (b.countries.length === 0 || (a.countries.length > 0 && within(a.countries, b.countries))) &&
    atMost(a.until, b.until) &&
    atMost(a.times, b.times) &&
    atMost(a.deleteAfterDays, b.deleteAfterDays) &&
    (b.attribution === '' || a.attribution === b.attribution) &&
    (b.redistribution || (!a.redistribution && within(a.recipients, b.recipients)))
  )
}
