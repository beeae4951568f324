import { parseDecimal, roundHalfEven } from '../harmonise/decimal.ts'
import { collectFindings, type Findings } from '../harmonise/findings.ts'
import type { Bytes } from '../text/lines.ts'
import { table } from '../text/table.ts'
import type { Clock } from '../text/wall-clock.ts'
import { headerFits, parseRow } from './row.ts'

export interface Inspection {
  readonly sites: readonly string[]
  readonly headerFits: boolean
  readonly order: 'ascending' | 'descending'
  readonly seenOnce: ReadonlySet<number>
  /** about the whole file */
  readonly findings: Findings
  /** about one site */
  readonly ofSite: ReadonlyMap<string, Findings>
}

/** A site this many times larger than the median site is not the same kind of member. */
const TIMES_LARGER = 10n

export async function inspect(bytes: Bytes, clock: Clock | undefined): Promise<Inspection> {
  const findings = collectFindings()
  const ofSite = new Map<string, Findings>()
  let sites: readonly string[] = []
  const totals: bigint[] = []
  const folds = new Map<number, number>()
  let fits = false
  let before: number | undefined
  let rises = 0
  let falls = 0
  for await (const part of table(bytes, ',')) {
    if ('header' in part) {
      fits = headerFits(part.header.columns)
      if (!fits) break
      sites = part.header.columns.slice(1)
      for (const site of sites) ofSite.set(site, collectFindings())
      continue
    }
    for (const raw of part.rows) {
      const row = parseRow(raw, sites.length + 1)
      if ('code' in row) continue
      if (clock && clock(row.wall).length === 2) folds.set(row.plain, (folds.get(row.plain) ?? 0) + 1)
      if (clock && clock(row.wall).length === 0) {
        findings.add(
          'dst-gap-hour-present',
          'doubtful',
          'the file holds a local hour that the zone skips: is it standard time? then give "utcOffset"',
          raw.number,
        )
      }
      if (before !== undefined) {
        if (row.plain > before) rises++
        if (row.plain < before) falls++
        const missing = Math.abs(row.plain - before) / 1800 - 1
        if (missing > 0) findings.add('missing-rows', 'note', 'half-hours without a row', raw.number, missing)
      }
      before = row.plain
      row.cells.forEach((cell, index) => {
        const kwh = parseDecimal(cell)
        if (!kwh) return
        const wh = roundHalfEven(kwh, 3)
        totals[index] = (totals[index] ?? 0n) + wh
        if (wh < 0n)
          ofSite.get(sites[index]!)!.add('negative-load', 'doubtful', 'load is negative, impossible', raw.number)
      })
    }
  }
  if (falls > rises) findings.add('descending-order', 'note', 'rows run from late to early')
  if (Math.min(rises, falls) > 0)
    findings.add('mixed-order', 'doubtful', 'rows run both ways in time', 0, Math.min(rises, falls))
  const once = [...folds].filter(([, seen]) => seen === 1).map(([plain]) => plain)
  if (once.length > 0) {
    const message = 'the zone repeats a local hour that the file holds once: is it standard time? then give "utcOffset"'
    findings.add('dst-not-applied', 'doubtful', message, 0, once.length)
  }
  noteSizes(sites, totals, ofSite)
  return {
    sites,
    headerFits: fits,
    order: falls > rises ? 'descending' : 'ascending',
    seenOnce: new Set(once),
    findings,
    ofSite,
  }
}

function noteSizes(sites: readonly string[], totals: readonly bigint[], ofSite: ReadonlyMap<string, Findings>): void {
  const sorted = sites.map((_, index) => totals[index] ?? 0n).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0n
  sites.forEach((site, index) => {
    const total = totals[index] ?? 0n
    if (sites.length > 2 && median > 0n && total > median * TIMES_LARGER) {
      const message = `uses ${total / median} times as much as the median site: a large site among homes`
      ofSite.get(site)!.add('mixed-size', 'doubtful', message, 1)
    }
    if (total === 0n) ofSite.get(site)!.add('no-energy', 'note', 'zero in every row', 1)
  })
}
