import type { Finding, ImportItem, MeterReading, RejectedRow, SpotPrice } from '../harmonise/meter-reading.ts'
import { MOST_READINGS, type UnifiedApi } from './unified-api.ts'

/** What became of one file. `refused` sites yield nothing; rejected rows are kept for a replay. */
export interface ImportReport {
  readonly file: string
  readonly format: string
  /** readings, prices and rejected rows together */
  readonly rows: number
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
  /** of the accepted: prices that were known otherwise before */
  readonly changedPrices: number
  /** names of the price series in the file */
  readonly series: readonly string[]
  readonly refused: readonly { readonly site: string; readonly code: string; readonly reason: string }[]
  readonly findings: readonly ({ readonly site: string } & Finding)[]
  readonly meters: readonly {
    readonly meter: string
    readonly readings: number
    readonly first: string
    readonly last: string
    readonly importWh: number
    readonly exportWh: number
  }[]
}

export interface DeliverOptions {
  readonly file: string
  readonly format: string
  /** absent: nothing is sent (dry run), `accepted` counts what would be */
  readonly api?: UnifiedApi | undefined
  readonly onProgress?: (rows: number) => void
}

const BATCH = MOST_READINGS

/** Sends an importer's items in batches and reports. The next batch is read while the last one is being stored. */
export async function deliverItems(
  items: AsyncIterable<ImportItem>,
  { file, format, api, onProgress }: DeliverOptions,
): Promise<ImportReport> {
  let [rows, accepted, duplicates, rejectedCount, changedPrices] = [0, 0, 0, 0, 0]
  const refused: { site: string; code: string; reason: string }[] = []
  const findings: ({ site: string } & Finding)[] = []
  const series = new Set<string>()
  const meters = new Map<
    string,
    { meter: string; readings: number; first: string; last: string; importWh: number; exportWh: number }
  >()
  let [readings, rejected, prices]: [MeterReading[], RejectedRow[], SpotPrice[]] = [[], [], []]
  let sending: Promise<void> = Promise.resolve()

  const send = async (batch: { readings: MeterReading[]; rejected: RejectedRow[]; prices: SpotPrice[] }) => {
    if (!api) {
      accepted += batch.readings.length + batch.prices.length
      rejectedCount += batch.rejected.length
      return
    }
    if (batch.readings.length > 0) {
      const answer = await api.postReadings(batch.readings)
      accepted += answer.accepted
      duplicates += answer.duplicates
      // The API keeps what it refuses by itself, ready for a replay.
      rejectedCount += answer.rejected.length
    }
    if (batch.rejected.length > 0) await api.postRejected(batch.rejected)
    rejectedCount += batch.rejected.length
    if (batch.prices.length === 0) return
    const prices = await api.postPrices(batch.prices)
    accepted += prices.stored + prices.changed
    duplicates += prices.known
    changedPrices += prices.changed
  }
  const flush = async () => {
    await sending
    sending = send({ readings, rejected, prices })
    sending.catch(() => {}) // awaited before the next batch; this only keeps Node from ending early
    ;[readings, rejected, prices] = [[], [], []]
    onProgress?.(rows)
  }

  for await (const item of items) {
    switch (item.type) {
      case 'reading':
        readings.push(item.reading)
        sumUp(meters, item.reading)
        break
      case 'price':
        prices.push(item.price)
        series.add(item.price.series)
        break
      case 'rejected':
        rejected.push(item.rejected)
        break
      case 'finding':
        findings.push({ site: item.site, ...item.finding })
        continue
      case 'refused':
        refused.push({ site: item.site, code: item.code, reason: item.reason })
        continue
      default:
        item satisfies never
    }
    rows++
    if (readings.length + rejected.length + prices.length >= BATCH) await flush()
  }
  await flush()
  await sending
  return {
    file,
    format,
    rows,
    accepted,
    duplicates,
    rejected: rejectedCount,
    changedPrices,
    series: [...series],
    refused,
    findings,
    meters: [...meters.values()],
  }
}

/** A reading of a batch that the API refused as a whole, kept so that it can be sent again. */
export const rejectedReading = (reading: MeterReading, code: string, reason: string): RejectedRow => ({
  source: reading.source,
  meter: reading.meter,
  raw: JSON.stringify(reading),
  code,
  reason,
  format: 'meter-reading',
})

type MeterSum = { meter: string; readings: number; first: string; last: string; importWh: number; exportWh: number }

function sumUp(meters: Map<string, MeterSum>, { meter, start, importWh, exportWh }: MeterReading): void {
  const sum = meters.get(meter)
  if (!sum) {
    meters.set(meter, { meter, readings: 1, first: start, last: start, importWh, exportWh })
    return
  }
  sum.readings++
  sum.importWh += importWh
  sum.exportWh += exportWh
  if (start < sum.first) sum.first = start
  if (start > sum.last) sum.last = start
}
