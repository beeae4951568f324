import { type Decimal, minus, parseDecimal, signOf, times } from '../harmonise/decimal.ts'
import { readingOfNet } from '../harmonise/interval-energy.ts'
import type { Finding, ImportItem } from '../harmonise/meter-reading.ts'
import { placeInTime } from '../harmonise/place-in-time.ts'
import { baseName, type ImportOptions, meterOfSite } from '../import/options.ts'
import { unresolved } from '../import/refuse.ts'
import { type SiteMapping, siteMapping } from '../mapping/mapping.ts'
import { table } from '../text/table.ts'
import { clockOfOffset, clockOfZone } from '../text/wall-clock.ts'
import { type Inspection, inspect } from './inspect.ts'
import { parseRow } from './row.ts'
import { readSolar, type Solar } from './solar.ts'

type Site = { readonly column: number; readonly name: string; readonly meter: string; readonly rules: SiteMapping }

/**
 * UNSW community CSV (`timestamp,profile_1,…`, kWh per half-hour) to readings of 1800 s, one meter per column:
 * net = load − solar (× `pvKw` when the solar column is per kW). The files say neither the zone nor whether a stamp starts
 * or ends its half-hour: the mapping must.
 */
export async function* importUnsw(options: ImportOptions): AsyncGenerator<ImportItem> {
  const file = baseName(options.file)
  const { mapping } = options
  const shared = { ...mapping?.defaults }
  const zone = options.timeZone ?? shared.timeZone
  const clock = shared.utcOffset ? clockOfOffset(shared.utcOffset) : zone ? clockOfZone(zone) : undefined
  const inspection = await inspect(options.open(), clock)
  for (const finding of inspection.findings.list()) yield { type: 'finding', site: file, finding }
  const refused = refusalOfFile(inspection, clock !== undefined, shared, options.replaying)
  if (refused || !clock) {
    yield { type: 'refused', site: file, ...(refused ?? { code: 'ERR_TIME_ZONE', reason: 'no clock' }) }
    return
  }
  const solar = await openSolar(options, shared)
  if (solar === 'unreadable') {
    yield {
      type: 'refused',
      site: file,
      code: 'ERR_SOLAR_FILE',
      reason: `solarFile "${mapping?.solarFile}" is not a UNSW table, or solarUtcOffset is missing`,
    }
    return
  }
  if (solar?.oneProfile) yield { type: 'finding', site: file, finding: ONE_PROFILE }
  const sites: Site[] = []
  for (const [column, name] of inspection.sites.entries()) {
    const rules = siteMapping(mapping, name)
    if (mapping?.onlyListed && !mapping.sites[name]) continue
    const findings = inspection.ofSite.get(name)!.list()
    for (const finding of findings) yield { type: 'finding', site: name, finding }
    const doubt = options.replaying ? undefined : unresolved(findings, rules.accept, () => false)
    const noSolar =
      rules.solar && !solar?.has(rules.solar)
        ? { code: 'ERR_SOLAR_FILE', reason: `no column "${rules.solar}" in solarFile` }
        : undefined
    const no = doubt ?? noSolar
    if (no) yield { type: 'refused', site: name, ...no }
    else
      sites.push({
        column,
        name,
        rules,
        meter: rules.meter ?? (inspection.sites.length === 1 ? options.meter : undefined) ?? meterOfSite(name),
      })
  }
  const place = placeInTime({
    order: inspection.order,
    fold: shared.fold,
    seenOnce: (plain) => inspection.seenOnce.has(plain),
  })
  yield* rowsToReadings(options, sites, inspection.sites.length + 1, solar, shared, (row) =>
    place(clock(row.wall), row.plain),
  )
}

const ONE_PROFILE: Finding = {
  code: 'one-solar-profile',
  severity: 'note',
  message: 'every column of the solar file is the same profile',
  count: 1,
  firstLine: 1,
}

function refusalOfFile(
  { headerFits, findings }: Inspection,
  hasClock: boolean,
  rules: SiteMapping,
  replaying?: boolean,
) {
  if (!headerFits)
    return { code: 'ERR_HEADER', reason: 'not a UNSW table: the first line must be timestamp and one column per site' }
  if (!hasClock)
    return {
      code: 'ERR_TIME_ZONE',
      reason:
        'the file is local time and names no zone: "defaults" of the mapping must give "utcOffset" (standard time, such as "+10:00") or "timeZone"',
    }
  if (!rules.stamp)
    return {
      code: 'ERR_STAMP',
      reason:
        'the file does not say whether a timestamp starts or ends its half-hour: "defaults" must give "stamp": "start" or "end"',
    }
  return replaying
    ? undefined
    : unresolved(findings.list(), rules.accept, (code) => code === 'dst-not-applied' && rules.fold !== undefined)
}

async function openSolar(options: ImportOptions, shared: SiteMapping): Promise<Solar | 'unreadable' | undefined> {
  const name = options.mapping?.solarFile
  if (!name || !options.companion) return undefined
  const clock = clockOfOffset(options.mapping?.solarUtcOffset ?? shared.utcOffset ?? '')
  return (clock && (await readSolar(options.companion(name), clock))) ?? 'unreadable'
}

async function* rowsToReadings(
  options: ImportOptions,
  sites: readonly Site[],
  columns: number,
  solar: Solar | undefined,
  { stamp }: SiteMapping,
  place: (row: Exclude<ReturnType<typeof parseRow>, { code: string }>) => ReturnType<ReturnType<typeof placeInTime>>,
): AsyncGenerator<ImportItem> {
  const file = baseName(options.file)
  const source = `unsw:${file}`
  let header = ''
  for await (const part of table(options.open(), ',')) {
    if ('header' in part) {
      header = part.header.text
      continue
    }
    for (const raw of part.rows) {
      const reject = (code: string, reason: string, site?: Site): ImportItem => ({
        type: 'rejected',
        rejected: {
          source,
          ...(site ? { meter: site.meter } : {}),
          row: raw.number,
          raw: raw.text,
          code,
          reason,
          format: 'unsw',
          options: { file, header, ...(site ? { site: site.name } : {}) },
        },
      })
      const row = parseRow(raw, columns)
      if ('code' in row) {
        yield reject(row.code, row.reason)
        continue
      }
      const placed = place(row)
      if ('code' in placed) {
        yield reject(placed.code, placed.reason)
        continue
      }
      const start = placed.at - (stamp === 'end' ? 1800 : 0)
      for (const site of sites) {
        const net = netOf(row.cells[site.column]!, site, solar, placed.at)
        const reading =
          'digits' in net
            ? readingOfNet({ meter: site.meter, source, knownAt: options.now }, { start, seconds: 1800 }, net)
            : undefined
        if (reading) yield { type: 'reading', reading }
        else
          yield 'digits' in net
            ? reject('ERR_ENERGY_RANGE', 'more than 1 TWh in half an hour', site)
            : reject(net.code, net.reason, site)
      }
    }
  }
}

function netOf(
  cell: string,
  { rules, name }: Site,
  solar: Solar | undefined,
  at: number,
): Decimal | { code: string; reason: string } {
  const load = parseDecimal(cell)
  if (!load) return { code: 'ERR_ROW_NUMBER', reason: `${name} "${cell}", needed a decimal number of kWh` }
  if (!rules.solar) return load
  const produced = solar?.at(rules.solar, at)
  if (!produced)
    return { code: 'ERR_SOLAR_MISSING', reason: `the solar file has no number for ${rules.solar} in this half-hour` }
  const clamped = rules.clampNightGen && signOf(produced) < 0 ? { digits: 0n, scale: 0 } : produced
  return minus(load, rules.pvKw ? times(clamped, parseDecimal(rules.pvKw)!) : clamped)
}
