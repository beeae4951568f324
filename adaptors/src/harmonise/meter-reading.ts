/**
 * The common information model's reading as it goes over the wire (docs/architecture.md, MeterReading), and what else an
 * adaptor can say: a row it could not read, and something it noticed about a whole source.
 */
export interface MeterReading {
  /** `[A-Za-z0-9][A-Za-z0-9:_.-]{0,63}` */
  readonly meter: string
  /** ISO 8601 UTC, start of the half-open period */
  readonly start: string
  readonly seconds: 300 | 900 | 1800 | 3600
  /** Wh through the grid connection, unsigned, safe integer */
  readonly importWh: number
  readonly exportWh: number
  readonly quality: 'measured' | 'estimated' | 'substituted'
  /** which file, telegram topic or feed claims it */
  readonly source: string
  /** when the claim became known */
  readonly knownAt: string
}

/** One row, interval or telegram that cannot become a reading; `raw` with `format` and `options` is enough to try again. */
export interface RejectedRow {
  readonly source: string
  readonly meter?: string
  readonly row?: number
  readonly raw: string
  readonly code: string
  readonly reason: string
  readonly format: string
  readonly options?: Readonly<Record<string, string>>
}

/**
 * Something noticed about a source. `note`: said, harmless. `doubtful`: the energy cannot be trusted until a mapping file
 * decides, so the site is refused.
 */
export interface Finding {
  readonly code: string
  readonly severity: 'note' | 'doubtful'
  readonly message: string
  readonly count: number
  /** line in the file (1 is the header), 0 when the finding is not about a line */
  readonly firstLine: number
}

/** Elspot price for one delivery period; µEUR/kWh, may be negative. */
export interface SpotPrice {
  readonly series: string
  readonly start: string
  readonly seconds: number
  readonly microEurPerKwh: number
}

/** What an importer yields, in the order it becomes known. `refused` names a site that yields no readings. */
export type ImportItem =
  | { readonly type: 'reading'; readonly reading: MeterReading }
  | { readonly type: 'price'; readonly price: SpotPrice }
  | { readonly type: 'rejected'; readonly rejected: RejectedRow }
  | { readonly type: 'finding'; readonly site: string; readonly finding: Finding }
  | { readonly type: 'refused'; readonly site: string; readonly code: string; readonly reason: string }

export const PERIOD_SECONDS: ReadonlySet<number> = new Set([300, 900, 1800, 3600])
export const METER_ID = /^[A-Za-z0-9][A-Za-z0-9:_.-]{0,63}$/
