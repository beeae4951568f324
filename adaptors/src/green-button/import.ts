import { readingOfWh } from '../harmonise/interval-energy.ts'
import type { ImportItem } from '../harmonise/meter-reading.ts'
import { baseName, type ImportOptions, meterOfSite } from '../import/options.ts'
import { unresolved } from '../import/refuse.ts'
import { siteMapping } from '../mapping/mapping.ts'
import { type Energy, energyOf, type Interval, type Refusal } from './energy.ts'
import { readFeed } from './feed.ts'
import { type Flow, type Inspection, inspect } from './inspect.ts'

/**
 * Green Button (NAESB ESPI, Atom XML) to readings: one meter per UsagePoint, forward flow as import, reverse flow as
 * export. `start` is UTC in the feed, value × 10^powerOfTenMultiplier Wh. Where a usage point has both flows, the two
 * halves of a period are joined; a half that stays alone is rejected.
 */
export async function* importGreenButton(options: ImportOptions): AsyncGenerator<ImportItem> {
  const file = baseName(options.file)
  const inspection = await inspect(options.open())
  for (const finding of inspection.findings.list()) yield { type: 'finding', site: file, finding }
  if (inspection.broken) {
    yield {
      type: 'refused',
      site: file,
      code: 'ERR_XML',
      reason: `not a readable Green Button feed, ${inspection.broken}`,
    }
    return
  }
  if (inspection.flows.size === 0) {
    yield { type: 'refused', site: file, code: 'ERR_HEADER', reason: 'the feed holds no MeterReading entry' }
    return
  }
  const { accept } = siteMapping(options.mapping, file)
  const refused = options.replaying ? undefined : unresolved(inspection.findings.list(), accept, () => false)
  if (refused) yield { type: 'refused', site: file, ...refused }
  else yield* intervalsToReadings(options, inspection, file)
}

async function* intervalsToReadings(
  options: ImportOptions,
  { flows, usagePoints }: Inspection,
  file: string,
): AsyncGenerator<ImportItem> {
  const source = `green-button:${file}`
  const bothWays = new Set(usagePoints.filter((point) => directionsOf(point, flows).size === 2))
  const waiting = new Map<string, { interval: Interval; flow: Flow; energy: Energy }>()
  const reject = (interval: Interval, { code, reason }: Refusal, meter?: string, flow?: Flow): ImportItem => ({
    type: 'rejected',
    rejected: {
      source,
      ...(meter ? { meter } : {}),
      row: interval.line,
      raw: JSON.stringify(interval),
      code,
      reason,
      format: 'green-button',
      options: { file, ...(flow ? { direction: flow.direction, powerOfTen: String(flow.powerOfTen) } : {}) },
    },
  })
  for await (const part of readFeed(options.open())) {
    if (part.part !== 'interval') continue
    const flow = flows.get(part.up.replace(/\/IntervalBlock.*$/, '')) ?? {
      code: 'ERR_ORPHAN_INTERVAL',
      reason: `the interval block's link "${part.up}" names no MeterReading of this feed`,
    }
    if ('code' in flow) {
      yield reject(part, flow)
      continue
    }
    const meter = meterOf(options, flow.usagePoint)
    const energy = energyOf(part, flow)
    if ('code' in energy) {
      yield reject(part, energy, meter, flow)
      continue
    }
    const origin = { meter, source, knownAt: options.now }
    if (!bothWays.has(flow.usagePoint)) {
      const [taken, given] = flow.direction === 'import' ? [energy.wh, 0n] : [0n, energy.wh]
      const reading = readingOfWh(origin, energy, taken, given, energy.quality)
      yield reading ? { type: 'reading', reading } : reject(part, TOO_MUCH, meter, flow)
      continue
    }
    const key = `${flow.usagePoint} ${energy.start} ${energy.seconds}`
    const half = waiting.get(key)
    if (!half || half.flow.direction === flow.direction) {
      waiting.set(key, { interval: part, flow, energy })
      continue
    }
    waiting.delete(key)
    const [taken, given] = flow.direction === 'import' ? [energy.wh, half.energy.wh] : [half.energy.wh, energy.wh]
    const quality = energy.quality === 'measured' ? half.energy.quality : energy.quality
    const reading = readingOfWh(origin, energy, taken, given, quality)
    yield reading ? { type: 'reading', reading } : reject(part, TOO_MUCH, meter, flow)
  }
  for (const { interval, flow } of waiting.values()) {
    const reason = `this usage point has both flows, but only ${flow.direction} for this period`
    yield reject(interval, { code: 'ERR_ONE_DIRECTION', reason }, meterOf(options, flow.usagePoint), flow)
  }
}

const TOO_MUCH: Refusal = { code: 'ERR_ENERGY_RANGE', reason: 'more than 1 TWh in one interval' }

const directionsOf = (point: string, flows: Inspection['flows']): ReadonlySet<string> =>
  new Set(
    [...flows.values()].flatMap((flow) => ('usagePoint' in flow && flow.usagePoint === point ? [flow.direction] : [])),
  )

const meterOf = (options: ImportOptions, usagePoint: string): string =>
  options.meter ?? siteMapping(options.mapping, usagePoint).meter ?? meterOfSite(usagePoint)
