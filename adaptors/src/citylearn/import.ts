import { type Decimal, minus, parseDecimal, times } from '../harmonise/decimal.ts'
import { readingOfNet } from '../harmonise/interval-energy.ts'
import type { ImportItem } from '../harmonise/meter-reading.ts'
import { baseName, type ImportOptions, meterOfSite, siteOfFile } from '../import/options.ts'
import { unresolved } from '../import/refuse.ts'
import { type SiteMapping, siteMapping } from '../mapping/mapping.ts'
import { table } from '../text/table.ts'
import { type Inspection, inspect } from './inspect.ts'
import { columnsOf, parseRow } from './row.ts'
import { readPvPower } from './schema.ts'

const PER_THOUSAND: Decimal = { digits: 1n, scale: 3 }

/**
 * CityLearn building CSV to readings: net = load − solar_generation / 1000 × PV kW, exact, then rounded half-even to Wh.
 * The mapping gives what the file lacks: `startDate` (local date of row 0), `utcOffset` (standard time) and the PV's
 * nominal power (`pvKw`, or `schema` naming schema.json).
 */
export async function* importCityLearn(options: ImportOptions): AsyncGenerator<ImportItem> {
  const site = siteOfFile(options.file)
  const rules = siteMapping(options.mapping, site)
  const inspection = await inspect(options.open(), rules.startDate, rules.utcOffset)
  for (const finding of inspection.findings.list()) yield { type: 'finding', site, finding }
  const pvKw = await pvPower(options, rules, site)
  const refused = refusalOf(inspection, rules, pvKw, options)
  if (refused) {
    yield { type: 'refused', site, ...refused }
    return
  }
  yield* rowsToReadings(options, rules, inspection, pvKw ?? { digits: 0n, scale: 0 }, site)
}

async function pvPower(options: ImportOptions, rules: SiteMapping, site: string): Promise<Decimal | undefined> {
  if (rules.pvKw !== undefined) return parseDecimal(rules.pvKw)
  const name = options.mapping?.schema
  if (!name || !options.companion) return undefined
  return (await readPvPower(options.companion(name)))?.get(site)
}

function refusalOf(
  { missing, findings, hasSolar, calendar }: Inspection,
  rules: SiteMapping,
  pvKw: Decimal | undefined,
  options: ImportOptions,
) {
  if (missing) return { code: 'ERR_HEADER', reason: `not a CityLearn building: missing ${missing.join(', ')}` }
  if (options.startOfRow === undefined && !(rules.startDate && rules.utcOffset)) {
    return {
      code: 'ERR_START_DATE',
      reason:
        'the file holds no dates: the mapping must give "startDate" (local date of the first row) and "utcOffset" (standard time, such as "-08:00")',
    }
  }
  if (!calendar && !options.replaying)
    return { code: 'ERR_START_DATE', reason: 'the first row cannot be read, so no row can be dated' }
  if (hasSolar && !pvKw) {
    return {
      code: 'ERR_PV_POWER',
      reason: 'solar_generation is per kW of PV: the mapping must give "pvKw" or "schema": "schema.json"',
    }
  }
  return options.replaying ? undefined : unresolved(findings.list(), rules.accept, () => false)
}

async function* rowsToReadings(
  options: ImportOptions,
  rules: SiteMapping,
  { calendar }: Inspection,
  pvKw: Decimal,
  site: string,
): AsyncGenerator<ImportItem> {
  const meter = options.meter ?? rules.meter ?? meterOfSite(site)
  const origin = { meter, source: `citylearn:${baseName(options.file)}`, knownAt: options.now }
  let index = 0
  let header = ''
  let at: number[] = []
  let columns = 0
  for await (const part of table(options.open(), ',')) {
    if ('header' in part) {
      header = part.header.text
      columns = part.header.columns.length
      const found = columnsOf(part.header.columns)
      if ('at' in found) at = found.at
      continue
    }
    for (const raw of part.rows) {
      // A row that cannot be read still takes its hour: the file counts time by rows.
      const start = options.startOfRow ?? calendar!.startOf(index)
      index++
      const row = parseRow(raw, at, columns)
      const reject = (code: string, reason: string): ImportItem => ({
        type: 'rejected',
        rejected: {
          source: origin.source,
          meter,
          row: raw.number,
          raw: raw.text,
          code,
          reason,
          format: 'citylearn',
          options: { file: baseName(options.file), header, start: String(start) },
        },
      })
      if ('code' in row) {
        yield reject(row.code, row.reason)
        continue
      }
      const net = minus(row.load, times(times(row.solarPerKw, PER_THOUSAND), pvKw))
      const reading = readingOfNet(origin, { start, seconds: 3600 }, net)
      yield reading ? { type: 'reading', reading } : reject('ERR_ENERGY_RANGE', 'more than 1 TWh in an hour')
    }
  }
}
