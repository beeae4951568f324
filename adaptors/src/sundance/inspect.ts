import { signOf, withinMagnitude } from '../harmonise/decimal.ts'
import { collectFindings, type Findings } from '../harmonise/findings.ts'
import type { Bytes } from '../text/lines.ts'
import { table } from '../text/table.ts'
import type { Clock } from '../text/wall-clock.ts'
import { COLUMNS, parseRow, type Relation, relationOf } from './row.ts'

/** What the whole file says about its site, before any of its rows is believed. */
export interface Inspection {
  readonly findings: Findings
  readonly order: 'ascending' | 'descending'
  /** most frequent distance between rows, seconds */
  readonly spacing: number
  /** repeated local hours that the file holds only once */
  readonly seenOnce: ReadonlySet<number>
  /** false: not a SunDance file at all */
  readonly headerFits: boolean
}

/** Daylight rows decide the sign: with less generation than this (kWh), all relations look alike. */
const DAYLIGHT = { digits: 2n, scale: 1 }
/** Negative use up to this (kWh) is metering noise. */
const NOISE = { digits: 2n, scale: 2 }

export async function inspect(bytes: Bytes, clock: Clock | undefined): Promise<Inspection> {
  const findings = collectFindings()
  const relations: Record<Relation, number> = {
    'import-positive': 0,
    'export-positive': 0,
    'equals-use': 0,
    near: 0,
    none: 0,
  }
  const spacings = new Map<number, number>()
  const folds = new Map<number, number>()
  let rows = 0
  let negative = 0
  let firstNegative = 0
  let before: { plain: number; instant: number | undefined } | undefined
  let rises = 0
  let falls = 0
  let headerFits = false
  let earliest = Number.POSITIVE_INFINITY
  for await (const part of table(bytes, ',')) {
    if ('header' in part) {
      headerFits = part.header.columns.join() === COLUMNS.join()
      if (!headerFits) break
      continue
    }
    for (const raw of part.rows) {
      const row = parseRow(raw)
      if ('code' in row) {
        before = undefined // what an unreadable row skips is no gap in the file
        continue
      }
      rows++
      earliest = Math.min(earliest, row.plain)
      if (signOf(row.gen) < 0) {
        findings.add('negative-night-gen', 'note', 'slightly negative generation: inverter stand-by', raw.number)
      } else if (!withinMagnitude(row.gen, DAYLIGHT)) relations[relationOf(row)]++
      if (signOf(row.use) < 0 && !withinMagnitude(row.use, NOISE)) {
        negative++
        firstNegative ||= raw.number
      }
      const meant = clock?.(row.wall) ?? [row.plain]
      if (meant.length === 0) {
        findings.add('dst-gap-hour-present', 'note', 'a local hour that the zone skips', raw.number)
      }
      if (meant.length === 2) folds.set(row.plain, (folds.get(row.plain) ?? 0) + 1)
      const instant = meant.length === 1 ? meant[0] : undefined
      if (before) {
        const step = row.plain - before.plain
        if (step > 0) rises++
        if (step < 0) falls++
        // Spacing is true time: the wall clock jumps in spring and autumn.
        const apart = instant !== undefined && before.instant !== undefined ? Math.abs(instant - before.instant) : 0
        if (apart > 0) spacings.set(apart, (spacings.get(apart) ?? 0) + 1)
      }
      before = { plain: row.plain, instant }
    }
  }
  const spacing = [...spacings].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 3600
  noteOrder(findings, rises, falls)
  noteSpacing(findings, spacing, spacings)
  noteRelation(findings, relations)
  if (negative > rows / 200) {
    findings.add('negative-load', 'doubtful', NEGATIVE_LOAD, firstNegative, negative)
  } else if (negative > 0) {
    findings.add('negative-load-rare', 'note', 'negative use in at most 0.5 % of the rows', firstNegative, negative)
  }
  if (rows > 0 && new Date(earliest * 1000).getUTCDate() !== 1) {
    const first = new Date(earliest * 1000).toISOString().slice(0, 10)
    findings.add('late-start', 'note', `the record begins within a month, on ${first}`)
  }
  for (const [, seen] of folds) {
    findings.add('dst-fold', 'note', 'a local hour that the zone repeats, told apart by the order of rows', 0, seen)
  }
  const seenOnce = new Set([...folds].filter(([, seen]) => seen === 1).map(([plain]) => plain))
  return { findings, order: falls > rises ? 'descending' : 'ascending', spacing, seenOnce, headerFits }
}

const NEGATIVE_LOAD = 'use is negative, impossible for a load: typical of a reversed or mis-scaled current transformer'

function noteOrder(findings: Findings, rises: number, falls: number): void {
  if (falls > rises) findings.add('descending-order', 'note', 'rows run from late to early')
  const odd = Math.min(rises, falls)
  if (odd > 0) findings.add('mixed-order', 'doubtful', 'rows run both ways in time', 0, odd)
}

function noteSpacing(findings: Findings, spacing: number, spacings: ReadonlyMap<number, number>): void {
  if (spacing !== 3600) {
    const message = `rows are ${spacing / 3600} h apart in a set of hourly rows`
    findings.add('irregular-spacing', 'doubtful', message, 0, spacings.get(spacing) ?? 1)
  }
  for (const [step, times] of spacings) {
    const missing = Math.round(step / spacing) - 1
    if (missing > 0) findings.add('missing-rows', 'note', 'hours without a row', 0, missing * times)
  }
}

function noteRelation(findings: Findings, relations: Record<Relation, number>): void {
  const total = Object.values(relations).reduce((sum, count) => sum + count, 0)
  if (total === 0) return
  const part = (count: number) => count / total
  const said = (count: number) => `in ${count} of ${total} daylight rows`
  const sound = relations['import-positive'] + relations.near
  if (relations.near > 0) {
    const message = 'grid leaves out a stand-by draw or rounds more coarsely than use − gen'
    findings.add('net-rounded', 'note', message, 0, relations.near)
  }
  if (part(sound) >= 0.98) return
  const reversed = relations['export-positive']
  const grossed = relations['equals-use']
  if (part(reversed) >= 0.95) {
    findings.add('grid-sign-reversed', 'doubtful', `grid = gen − use (export positive) ${said(reversed)}`, 0, reversed)
  } else if (part(grossed) >= 0.95) {
    findings.add(
      'grid-without-pv',
      'doubtful',
      `grid = use, PV is missing in the net channel, ${said(grossed)}`,
      0,
      grossed,
    )
  } else {
    const odd = total - sound
    findings.add(
      'grid-relation-unclear',
      'doubtful',
      `grid follows neither use − gen nor gen − use ${said(odd)}`,
      0,
      odd,
    )
  }
}
