import { shortEur } from '@opem/domain'
import type { BookLine } from './line.ts'

const TEXTS = ['what', 'document', 'service', 'counterparty', 'agreement', 'payment', 'transaction'] as const
const AMOUNTS = ['purseIn', 'purseOut', 'fee', 'bankIn', 'bankOut', 'net', 'vat', 'gross'] as const

/** A field of RFC 4180. Text that a spreadsheet would take for a formula begins with an apostrophe. */
function field(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** An account’s books as CSV (RFC 4180, UTF-8): one line each, times in UTC, amounts in euros with a point. */
export function booksCsv(lines: readonly BookLine[]): string {
  const head = [
    'time',
    ...TEXTS,
    ...AMOUNTS.map((name) => `${name.replace(/[A-Z]/g, (it) => `_${it.toLowerCase()}`)}_eur`),
  ]
  const rows = lines.map((line) => [
    new Date(line.at * 1000).toISOString().replace('.000', ''),
    ...TEXTS.map((name) => field(line[name])),
    ...AMOUNTS.map((name) => shortEur(line[name])),
  ])
  return [head, ...rows].map((row) => `${row.join(',')}\r\n`).join('')
}
