import type { TradingBatch } from '@opem/domain'
import { OpemError, parseTradingBatch } from '@opem/domain'
import type { Range } from '../api/trading.ts'

/** Reads an evidence file: one trading batch a line. Code: `ERR_EVIDENCE_LINE` with the line and the reason. */
export function parseEvidence(text: string): TradingBatch[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return []
    let raw: unknown
    try {
      raw = JSON.parse(line)
    } catch {
      throw new OpemError({
        code: 'ERR_EVIDENCE_LINE',
        shortMessage: `Line ${i + 1} is not JSON: give a file with one trading batch a line.`,
      })
    }
    const parsed = parseTradingBatch(raw)
    if (!parsed.ok) throw new OpemError({ code: 'ERR_EVIDENCE_LINE', shortMessage: `Line ${i + 1}: ${parsed.reason}` })
    return [parsed.value]
  })
}

/** The newest revision of each batch of a community that overlaps a range. */
export function evidenceIn(batches: readonly TradingBatch[], community: string, range: Range): TradingBatch[] {
  const newest = new Map<number, TradingBatch>()
  for (const batch of batches) {
    const end = batch.start + batch.periods * batch.periodSeconds
    if (batch.community !== community || batch.start >= range.to || end <= range.from) continue
    const known = newest.get(batch.start)
    if (known === undefined || known.revision <= batch.revision) newest.set(batch.start, batch)
  }
  return [...newest.values()]
}
