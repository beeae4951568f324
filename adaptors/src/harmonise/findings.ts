import type { Finding } from './meter-reading.ts'

/** Collects findings of one source: each code once, counted, with the first line where it was seen. */
export function collectFindings() {
  const found = new Map<string, { severity: Finding['severity']; message: string; count: number; firstLine: number }>()
  return {
    add(code: string, severity: Finding['severity'], message: string, line = 0, count = 1): void {
      const known = found.get(code)
      if (known) known.count += count
      else found.set(code, { severity, message, count, firstLine: line })
    },
    countOf: (code: string): number => found.get(code)?.count ?? 0,
    list: (): Finding[] => [...found].map(([code, finding]) => ({ code, ...finding })),
  }
}

export type Findings = ReturnType<typeof collectFindings>
