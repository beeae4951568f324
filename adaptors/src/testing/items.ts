import type { Finding, ImportItem, MeterReading, RejectedRow, SpotPrice } from '../harmonise/meter-reading.ts'
import type { ImportOptions } from '../import/options.ts'

type Importer = (options: ImportOptions) => AsyncIterable<ImportItem>

/** Runs an importer on a text and sorts what it says. Bytes come in small pieces, as from a slow disk. */
export async function importText(importer: Importer, text: string, options: Partial<ImportOptions> & { file: string }) {
  const bytes = new TextEncoder().encode(text)
  return gather(
    importer({
      now: '2026-01-01T00:00:00Z',
      open: async function* () {
        for (let at = 0; at < bytes.length; at += 37) yield bytes.subarray(at, at + 37)
      },
      ...options,
    }),
  )
}

export async function gather(items: AsyncIterable<ImportItem>) {
  const readings: MeterReading[] = []
  const prices: SpotPrice[] = []
  const rejected: RejectedRow[] = []
  const findings: ({ site: string } & Finding)[] = []
  const refused: { site: string; code: string; reason: string }[] = []
  for await (const item of items) {
    if (item.type === 'reading') readings.push(item.reading)
    else if (item.type === 'price') prices.push(item.price)
    else if (item.type === 'rejected') rejected.push(item.rejected)
    else if (item.type === 'finding') findings.push({ site: item.site, ...item.finding })
    else refused.push(item)
  }
  return { readings, prices, rejected, findings, refused, codes: findings.map(({ code }) => code).sort() }
}

/** `importWh/exportWh` by start, the shortest way to write an expectation. */
export const energies = (readings: readonly MeterReading[]): Record<string, string> =>
  Object.fromEntries(readings.map(({ start, importWh, exportWh }) => [start, `${importWh}/${exportWh}`]))
