import type { Adjustment, Result, TradingBatch } from '@opem/domain'
import { OpemError, parseAdjustment, parseTradingBatch } from '@opem/domain'
import type { Range } from '../api/trading.ts'

/** What an evidence file holds. */
export interface Evidence {
  readonly batches: readonly TradingBatch[]
  readonly adjustments: readonly Adjustment[]
}

/** Reads an evidence file: one trading batch or adjustment a line. Code: `ERR_EVIDENCE_LINE` with the line and the reason. */
export function parseEvidence(text: string): Evidence {
  const batches: TradingBatch[] = []
  const adjustments: Adjustment[] = []
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    let raw: unknown
    try {
      raw = JSON.parse(line)
    } catch {
      throw new OpemError({
        code: 'ERR_EVIDENCE_LINE',
        shortMessage: `Line ${i + 1} is not JSON: give a file with one trading batch a line.`,
      })
    }
    const isAdjustment = typeof raw === 'object' && raw !== null && 'book' in raw
    if (isAdjustment) adjustments.push(held(parseAdjustment(raw), i))
    else batches.push(held(parseTradingBatch(raw), i))
  }
  return { batches, adjustments }
}

function held<T>(parsed: Result<T>, line: number): T {
  if (parsed.ok) return parsed.value
  throw new OpemError({ code: 'ERR_EVIDENCE_LINE', shortMessage: `Line ${line + 1}: ${parsed.reason}` })
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
