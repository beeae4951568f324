import { collectFindings, type Findings } from '../harmonise/findings.ts'
import type { Bytes } from '../text/lines.ts'
import { readFeed } from './feed.ts'

/** What a flow of readings measures. ESPI flowDirection 1 is forward (delivered to the customer), 19 reverse. */
export interface Flow {
  readonly usagePoint: string
  readonly direction: 'import' | 'export'
  readonly powerOfTen: number
}

export interface Inspection {
  readonly findings: Findings
  /** by MeterReading link */
  readonly flows: ReadonlyMap<string, Flow | { readonly code: string; readonly reason: string }>
  readonly usagePoints: readonly string[]
  readonly broken: string | undefined
}

/** First pass over a feed: which MeterReading is which flow of which usage point. */
export async function inspect(bytes: Bytes): Promise<Inspection> {
  const findings = collectFindings()
  const types = new Map<string, Readonly<Record<string, string>>>()
  const readings: { self: string; related: readonly string[] }[] = []
  let broken: string | undefined
  let duplicates = 0
  const seen = new Map<string, Set<string>>()
  for await (const part of readFeed(bytes)) {
    if (part.part === 'reading-type') types.set(part.self, part.fields)
    if (part.part === 'meter-reading') readings.push(part)
    if (part.part === 'usage-point' && part.kind !== '0') {
      findings.add('not-electricity', 'note', `ServiceCategory ${part.kind} is not electricity (0)`)
    }
    if (part.part === 'local-time') {
      findings.add('local-time', 'note', `the feed's starts are UTC; its own tzOffset ${part.tzOffset} s is not needed`)
    }
    if (part.part === 'broken') broken = `line ${part.line}: ${part.reason}`
    if (part.part === 'interval') {
      const starts = seen.get(part.up) ?? new Set()
      if (starts.has(part.start)) duplicates++
      seen.set(part.up, starts.add(part.start))
    }
  }
  if (duplicates > 0) findings.add('repeated-interval', 'note', 'intervals given more than once', 0, duplicates)
  const flows = new Map(readings.map(({ self, related }) => [self, flowOf(self, related, types)] as const))
  const usagePoints = [
    ...new Set([...flows.values()].flatMap((flow) => ('usagePoint' in flow ? [flow.usagePoint] : []))),
  ]
  return { findings, flows, usagePoints, broken }
}

function flowOf(
  self: string,
  related: readonly string[],
  types: ReadonlyMap<string, Readonly<Record<string, string>>>,
) {
  const type = types.get(related.find((href) => types.has(href)) ?? '')
  if (!type) return { code: 'ERR_READING_TYPE', reason: `MeterReading ${self} names no ReadingType of this feed` }
  const {
    uom = '',
    commodity = '1',
    flowDirection = '1',
    accumulationBehaviour = '4',
    powerOfTenMultiplier = '0',
  } = type
  if (commodity !== '1' && commodity !== '2')
    return { code: 'ERR_COMMODITY', reason: `commodity ${commodity} is not electricity (1, 2)` }
  if (uom !== '72') return { code: 'ERR_UNIT', reason: `uom ${uom}; needed 72 (Wh)` }
  if (accumulationBehaviour !== '4') {
    return {
      code: 'ERR_ACCUMULATION',
      reason: `accumulationBehaviour ${accumulationBehaviour}; needed 4 (energy of the interval)`,
    }
  }
  if (flowDirection !== '1' && flowDirection !== '19') {
    return { code: 'ERR_FLOW_DIRECTION', reason: `flowDirection ${flowDirection}; needed 1 (forward) or 19 (reverse)` }
  }
  if (!/^-?\d{1,2}$/.test(powerOfTenMultiplier))
    return { code: 'ERR_READING_TYPE', reason: `powerOfTenMultiplier ${powerOfTenMultiplier}` }
  return {
    usagePoint: /UsagePoint\/([^/]+)/.exec(self)?.[1] ?? self,
    direction: flowDirection === '1' ? 'import' : 'export',
    powerOfTen: Number(powerOfTenMultiplier),
  } satisfies Flow
}
