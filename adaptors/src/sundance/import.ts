import { type Decimal, minus, negate, signOf } from '../harmonise/decimal.ts'
import { type Origin, readingOfNet } from '../harmonise/interval-energy.ts'
import type { ImportItem } from '../harmonise/meter-reading.ts'
import { placeInTime } from '../harmonise/place-in-time.ts'
import { baseName, type ImportOptions, meterOfSite, siteOfFile } from '../import/options.ts'
import { unresolved } from '../import/refuse.ts'
import { type SiteMapping, siteMapping } from '../mapping/mapping.ts'
import { table } from '../text/table.ts'
import { type Clock, clockOfOffset, clockOfZone } from '../text/wall-clock.ts'
import { type Inspection, inspect } from './inspect.ts'
import { COLUMNS, parseRow, type SunDanceRow } from './row.ts'

/**
 * SunDance CSV (`date,use,gen,grid`, kWh per hour, local wall clock, one site a file) to readings of its net meter:
 * import = max(0, net), export = max(0, −net), each rounded half-even to Wh from the decimal text.
 * The file names no zone, so the mapping or `timeZone` must. Findings that make the energy doubtful refuse the site
 * until the mapping answers them.
 */
export async function* importSunDance(options: ImportOptions): AsyncGenerator<ImportItem> {
  const site = siteOfFile(options.file)
  const rules = siteMapping(options.mapping, site)
  const clock = clockOf(rules, options.timeZone)
  const inspection = await inspect(options.open(), clock)
  for (const finding of inspection.findings.list()) yield { type: 'finding', site, finding }
  const refused = refusalOf(inspection, rules, clock, options)
  if (refused) {
    yield { type: 'refused', site, ...refused }
    return
  }
  const meter = options.meter ?? rules.meter ?? meterOfSite(site)
  yield* rowsToReadings(options, rules, clock!, inspection, {
    meter,
    source: `sundance:${baseName(options.file)}`,
    knownAt: options.now,
  })
}

const clockOf = (rules: SiteMapping, timeZone: string | undefined): Clock | undefined => {
  const zone = timeZone ?? rules.timeZone
  return rules.utcOffset ? clockOfOffset(rules.utcOffset) : zone ? clockOfZone(zone) : undefined
}

function refusalOf(inspection: Inspection, rules: SiteMapping, clock: Clock | undefined, options: ImportOptions) {
  if (!inspection.headerFits) {
    return { code: 'ERR_HEADER', reason: `not a SunDance file: the first line must be ${COLUMNS.join()}` }
  }
  if (!clock) {
    const given = options.timeZone ?? rules.timeZone ?? rules.utcOffset
    return {
      code: 'ERR_TIME_ZONE',
      reason: given
        ? `"${given}" is no time zone known here; give an IANA name such as America/New_York`
        : 'the file is local time and names no zone: give --time-zone America/New_York or "timeZone" in the mapping',
    }
  }
  if (options.replaying) return undefined
  return unresolved(
    inspection.findings.list(),
    rules.accept,
    (code) => {
      if (code === 'grid-sign-reversed') return rules.grid === 'export-positive' || rules.grid === 'compute'
      if (code === 'grid-without-pv' || code === 'grid-relation-unclear') return rules.grid === 'compute'
      return code === 'irregular-spacing' && inspection.spacing === 7200 && rules.resample !== undefined
    },
    ADVICE,
  )
}

const ADVICE: Readonly<Record<string, string>> = {
  'grid-sign-reversed': '"grid": "export-positive"',
  'grid-without-pv': '"grid": "compute"',
  'grid-relation-unclear': '"grid": "compute" if use and gen are sound',
  'irregular-spacing': '"resample": "hold" (mean kW) or "split" (kWh of both hours)',
}

async function* rowsToReadings(
  options: ImportOptions,
  rules: SiteMapping,
  clock: Clock,
  { order, seenOnce, spacing }: Inspection,
  origin: Origin,
): AsyncGenerator<ImportItem> {
  const place = placeInTime({ order, fold: rules.fold, seenOnce: (plain) => seenOnce.has(plain) })
  const twoHourly = spacing === 7200 && rules.resample !== undefined
  let header = ''
  for await (const part of table(options.open(), ',')) {
    if ('header' in part) {
      header = part.header.text
      continue
    }
    for (const raw of part.rows) {
      const reject = (code: string, reason: string): ImportItem => ({
        type: 'rejected',
        rejected: {
          source: origin.source,
          meter: origin.meter,
          row: raw.number,
          raw: raw.text,
          code,
          reason,
          format: 'sundance',
          options: {
            file: baseName(options.file),
            header,
            ...(options.timeZone ? { timeZone: options.timeZone } : {}),
          },
        },
      })
      const row = parseRow(raw)
      if ('code' in row) {
        yield reject(row.code, row.reason)
        continue
      }
      const placed = place(clock(row.wall), row.plain)
      if ('code' in placed) {
        yield reject(placed.code, placed.reason)
        continue
      }
      const net = netOf(row, rules)
      for (const [offset, energy] of twoHourly ? resampled(net, rules.resample!) : [[0, net] as const]) {
        const start = placed.at + offset - (rules.stamp === 'end' ? 3600 : 0)
        const reading = readingOfNet(origin, { start, seconds: 3600 }, energy, twoHourly ? 'estimated' : 'measured')
        yield reading ? { type: 'reading', reading } : reject('ERR_ENERGY_RANGE', 'more than 1 TWh in an hour')
      }
    }
  }
}

function netOf({ use, gen, grid }: SunDanceRow, { grid: channel, clampNightGen }: SiteMapping): Decimal {
  if (channel === 'export-positive') return negate(grid)
  if (channel !== 'compute') return grid
  return clampNightGen && signOf(gen) < 0 ? use : minus(use, gen)
}

/** Two hours from one two-hourly row: `hold` repeats the mean power, `split` halves the energy (× 5 / 10). */
const resampled = (net: Decimal, how: 'hold' | 'split'): (readonly [number, Decimal])[] => {
  const hour = how === 'hold' ? net : { digits: net.digits * 5n, scale: net.scale + 1 }
  return [
    [0, hour],
    [3600, hour],
  ]
}
