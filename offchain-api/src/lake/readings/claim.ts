export type Quality = 'measured' | 'estimated' | 'substituted'

/** What one source says about one meter and one period. Wh; `start` in seconds, `knownAt` in ms since 1970. */
export interface Claim {
  readonly meter: string
  readonly start: number
  readonly seconds: number
  readonly importWh: number
  readonly exportWh: number
  readonly quality: Quality
  readonly source: string
  readonly knownAt: number
}

/** Identity of a claim: meter, period, source and values. When it was learnt is not part of it: twice is once. */
export const claimKey = (claim: Omit<Claim, 'knownAt'>) =>
  `${claim.meter}|${claim.start}|${claim.seconds}|${claim.importWh}|${claim.exportWh}|${claim.quality}|${claim.source}`

/** A claim as the lake returns it. */
export interface ClaimRow extends Claim {
  readonly sequence: number
}

/** Columns of a claim in the order and with the names of `ClaimRow`. */
export const CLAIM_COLUMNS = `meter, toUInt32(start) AS start, seconds, import_wh AS importWh, export_wh AS exportWh,
  toString(quality) AS quality, source, known_at AS knownAt, sequence`
