/** What data may be used for: terms of the W3C Data Privacy Vocabulary (https://w3id.org/dpv), with their names for people. */
export const DATA_PURPOSES = {
  AcademicResearch: 'academic research',
  CommercialResearch: 'commercial research',
  PublicBenefit: 'the public benefit',
  ServiceProvision: 'providing a service',
  ServiceOptimisation: 'improving a service',
  FraudPreventionAndDetection: 'finding fraud',
} as const satisfies Readonly<Record<string, string>>

export type DataPurpose = keyof typeof DATA_PURPOSES
export const dataPurposes = Object.keys(DATA_PURPOSES) as DataPurpose[]

/** How a data set may be used: what the provider fills in, and what the marketplace checks at every download. */
export interface UsePolicy {
  /** At least one; the user says which at each download. */
  readonly purposes: readonly DataPurpose[]
  /** Where it may be stored and processed: ISO 3166-1 alpha-2. Empty: anywhere. */
  readonly countries: readonly string[]
  /** First second in which it may be used no more, since 1970; null: while the agreement lasts. */
  readonly until: number | null
  /** Downloads under one agreement; null: any number. */
  readonly times: number | null
  /** Days after a download in which the copy is to be deleted; null: it may be kept. */
  readonly deleteAfterDays: number | null
  /** Whom to name as the source; empty: nobody. */
  readonly attribution: string
  /** Whether others may get the data from the user. */
  readonly redistribution: boolean
  /** DIDs of those who may get them although others may not, such as providers of services that the user contracts. */
  readonly recipients: readonly string[]
}

const list = (items: readonly string[], last: string): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`

/**
 * A policy as sentences, one for each rule.
 * @example policyWords({ purposes: ['AcademicResearch'], countries: ['ES'], … })
 * // ['The data may be used for academic research, and for nothing else.', 'They may be stored and processed in ES alone.', …]
 */
export function policyWords(policy: UsePolicy): string[] {
  const { purposes, countries, until, times, deleteAfterDays, attribution, redistribution, recipients } = policy
  const names = list(
    purposes.map((purpose) => DATA_PURPOSES[purpose]),
    'or',
  )
  return [
    `The data may be used for ${names}, and for nothing else.`,
    countries.length === 0
      ? 'They may be stored and processed anywhere.'
      : `They may be stored and processed in ${list(countries, 'and')} alone.`,
    ...(until === null
      ? []
      : [`Nobody may use them from ${new Date(until * 1000).toISOString().slice(0, 16)} UTC on.`]),
    ...(times === null ? [] : [`They may be downloaded ${times === 1 ? 'once' : `${times} times`}.`]),
    ...(deleteAfterDays === null
      ? []
      : [
          `Each copy is deleted within ${deleteAfterDays === 1 ? 'a day' : `${deleteAfterDays} days`} of its download, and the user confirms it.`,
        ]),
    ...(attribution === '' ? [] : [`Who uses them names their source: ${attribution}.`]),
    redistribution
      ? 'They may be passed on to others.'
      : recipients.length === 0
        ? 'They may not be passed on to others.'
        : `They may be passed on to ${list(recipients, 'and')} alone.`,
  ]
}
