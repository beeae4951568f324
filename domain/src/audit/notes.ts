import { formatInstant } from '../periods/instant.ts'
import type { ChainBatch, Finding, FindingCode } from './types.ts'

/** The auditor's notebook: findings about the whole batch stand in each period, the others in theirs. */
export interface Notes {
  batch(code: FindingCode, field: string, expected: string, found: string): void
  period(start: number, code: FindingCode, field: string, expected: string, found: string, member?: string): void
  /** Findings of a period: its own first, for they name the narrower place. */
  of(start: number): Finding[]
}

export function createNotes({ start: batchStart, revision }: ChainBatch): Notes {
  const batch = formatInstant(batchStart)
  const whole: Finding[] = []
  const byPeriod = new Map<number, Finding[]>()
  return {
    batch: (code, field, expected, found) => whole.push({ code, place: { batch, revision, field }, expected, found }),
    period(start, code, field, expected, found, member) {
      const place = {
        batch,
        revision,
        period: formatInstant(start),
        ...(member === undefined ? {} : { member }),
        field,
      }
      const findings = byPeriod.get(start) ?? []
      findings.push({ code, place, expected, found })
      byPeriod.set(start, findings)
    },
    of: (start) => [...(byPeriod.get(start) ?? []), ...whole],
  }
}
