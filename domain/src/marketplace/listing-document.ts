import type { Hex } from '../commitment/bytes.ts'

/** What is offered, in the order of `ListingKind` on chain (IListingRegistry.sol). */
export const LISTING_KINDS = ['analytic', 'data', 'energy-grid', 'composed'] as const
export type ListingKind = (typeof LISTING_KINDS)[number]

/** How a service is paid, in the order of `PricePlan` on chain (IAgreementRegistry.sol). */
export const PRICE_PLAN_KINDS = ['free', 'one-time', 'subscription', 'pay-per-use', 'bank'] as const
export type PricePlanKind = (typeof PRICE_PLAN_KINDS)[number]

/** How long the periods are that a service works on: ISO 8601 durations. */
export const GRANULARITIES = ['PT1M', 'PT5M', 'PT15M', 'PT30M', 'PT1H', 'P1D', 'P1W', 'P1M', 'P1Y'] as const
export type Granularity = (typeof GRANULARITIES)[number]

export const PARAMETER_TYPES = ['text', 'number', 'choice', 'meter', 'date'] as const
export type ParameterType = (typeof PARAMETER_TYPES)[number]

/** What a provider asks for its service. All money is whole micro-EUR, at most 2^53 − 1. */
export interface PricePlan {
  /** Unique among the plans of the listing: `monthly`. */
  readonly id: string
  readonly kind: PricePlanKind
  /** µEUR. One-time: the whole; subscription and bank: each interval; pay-per-use: each unit; free: 0. */
  readonly price: number
  /** Seconds; of `subscription` and `bank` alone, which need it. */
  readonly interval?: number
  /** What is counted, such as `forecast` or `MWh`; of `pay-per-use` alone, which needs it. */
  readonly unit?: string
  /** µEUR that may be used before they are paid; of `pay-per-use` alone. */
  readonly credit?: number
}

/** Data that the service needs from its user before it can work. */
export interface NeededData {
  readonly name: string
  /** Shape that the data has, such as `MeterReading`. */
  readonly template: string
  readonly granularity?: Granularity
  readonly unit?: string
}

/** What the user chooses when they contract the service. */
export interface ServiceParameter {
  /** Unique among the parameters of the listing: `horizonHours`. */
  readonly name: string
  readonly label: string
  readonly type: ParameterType
  readonly required: boolean
  /** Of `choice` alone, which needs them. */
  readonly choices?: readonly string[]
  readonly unit?: string
}

/** How readings are given away: each meter by itself under an invented name, or in sums of several subjects alone. */
export const DATA_FORMS = ['pseudonymous', 'aggregate'] as const
export type DataForm = (typeof DATA_FORMS)[number]

/** A data set of readings in the lake, which the marketplace itself hands out. Meters are counted, never named. */
export interface ReadingsOffered {
  readonly quantity: 'active-energy'
  readonly unit: 'Wh'
  readonly form: DataForm
  /** Of `aggregate`: subjects behind each sum, at the least; hours with fewer are left out. */
  readonly leastSubjects: number
  /** IANA name; days are local days of it: 23, 24 or 25 hours. */
  readonly timeZone: string
  /** Periods that start in `[from, to)`; ISO 8601 in UTC, `to` null: it goes on. */
  readonly from: string
  readonly to: string | null
  /** Counted in the lake when it was described. */
  readonly volume: { readonly meters: number; readonly readings: number; readonly countedAt: string }
  /** Who may process the data, in words. */
  readonly processors: string
  /** What happens when it ends, in words. */
  readonly termination: string
  /** ODRL 2.2 Offer as JSON-LD: what `readOdrl` understands. */
  readonly policy: Readonly<Record<string, unknown>>
}

/** A data set that is offered; of kind `data` alone, which needs it. */
export interface OfferedData {
  /** What was measured, of what, how. */
  readonly contents: string
  /** Where it may be stored: ISO 3166-1 alpha-2. Empty: anywhere. */
  readonly storageCountries: readonly string[]
  /** How often something new comes, or `once`. */
  readonly updates: Granularity | 'once'
  /** Of readings that lie in the lake; other data come from the provider's own service. */
  readonly readings?: ReadingsOffered
}

/**
 * The approved composition behind a service of kind `composed`, which the marketplace itself runs for whoever contracts it. A
 * composed service without one is its provider's own software at `access.baseUrl`.
 */
export interface ServedChain {
  /** Id in CompositionRegistry; the listing's provider is its user. */
  readonly composition: Hex
  /** The services in the order in which they are asked. */
  readonly steps: readonly { readonly listing: Hex; readonly title: string }[]
}

/**
 * What a provider publishes: the document behind `content` of a listing on chain, as canonical JSON (RFC 8785) of at most
 * 256 kB. All text is plain text and is shown as such.
 */
export interface ListingDocument {
  readonly schema: 'opem/listing/1'
  readonly title: string
  /** One or two sentences: what a list of results shows. */
  readonly summary: string
  readonly description: string
  readonly kind: ListingKind
  /** A code of SERVICE_CATEGORIES, or a word of the provider's own in lower case: `weather`. */
  readonly category: string
  readonly keywords: readonly string[]
  /** Where it can be used: ISO 3166-1 alpha-2. Empty: everywhere. */
  readonly region: readonly string[]
  readonly granularity?: Granularity
  readonly requirements: {
    readonly technical: readonly string[]
    readonly functional: readonly string[]
    readonly nonFunctional: readonly string[]
  }
  readonly dataNeeded: readonly NeededData[]
  readonly parameters: readonly ServiceParameter[]
  /** What provider and user agree on; `noticeDays` before either side's end takes effect. */
  readonly contract: { readonly text: string; readonly noticeDays: number }
  readonly terms: { readonly text: string; readonly url?: string }
  /** What happens to personal data, or that there is none. */
  readonly privacy: { readonly text: string }
  readonly plans: readonly PricePlan[]
  /** Where the gateway finds the service, and where its documentation is. https; http on the own machine alone. */
  readonly access: { readonly baseUrl?: string; readonly documentation?: string }
  /** What may come before and after it in a composed service: ids of listings, or categories. */
  readonly composition: {
    readonly before: readonly string[]
    readonly after: readonly string[]
    /** Shapes of data that it takes from the service before and gives to the one after, such as `MeterReading`. */
    readonly takes?: readonly string[]
    readonly gives?: readonly string[]
    /** Where it is called in a chain, behind its address; `/` unless told. */
    readonly path?: string
  }
  readonly chain?: ServedChain
  readonly data?: OfferedData
}

/** The services of D2.3 5.3: code and name. */
export const SERVICE_CATEGORIES = {
  'E1.1': 'Topology',
  'E1.2': 'Observability',
  'E1.3': 'Predictive maintenance in electrical power systems',
  'E2.1': 'Measurement errors detection',
  'E3.1': 'Grid disturbance simulations',
  'E3.2': 'Impact study of PV, EV and new loads',
  'E4.1': 'Inconsistencies in energy balance and power-voltage',
  'E4.2': 'Fraud patterns detection',
  'E5.1': 'Flexibility forecast',
  'E5.2': 'Flexibility aggregated services for BRPs',
  'E5.3': 'Flexibility aggregated services for DSOs',
  'E5.4': 'EV to grid',
  'E6.1': 'Energy management at household or at community level',
  'E6.2': 'Energy forecasting',
  'E7.1': 'P2P trading',
  'E8.1': 'Asset and investment planning',
  'E8.2': 'Asset estimation optimisation for microgrids',
  'E9.1': 'Service KPIs',
} as const satisfies Readonly<Record<string, string>>

/** The number of a kind on chain. @example listingKindNumber('energy-grid') // 2 */
export const listingKindNumber = (kind: ListingKind): number => LISTING_KINDS.indexOf(kind)

/** The number of a plan's kind on chain. @example pricePlanNumber('bank') // 4 */
export const pricePlanNumber = (kind: PricePlanKind): number => PRICE_PLAN_KINDS.indexOf(kind)
