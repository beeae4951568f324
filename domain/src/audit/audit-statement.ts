import { formatInstant, parseInstant } from '../periods/instant.ts'
import type { Finding } from './types.ts'

/** Lists in statement files, and what names an item of each: an index would say less, and shift when one is missing. */
const NAMED_BY: Readonly<Record<string, readonly string[]>> = {
  days: ['date'],
  'proof.batches': ['start'],
  unmeasured: ['start'],
  'state.corrected': ['start'],
  'adjustments.lines': ['start', 'number'],
  members: ['member'],
}

/**
 * Holds a statement file (a member's or the fund's), as somebody was given it, against the one that is made anew from chain and
 * evidence: every value, in the file's own names. A batch's root comes first, for it tells a corrected period from a changed value.
 * The place's `field` is like `moneyEur.balance`, `days[2015-06-01].boughtWh` or `proof.batches[2015-06-01T04:00:00Z].root`.
 */
export function auditStatement({ given, expected }: { readonly given: unknown; readonly expected: object }): Finding[] {
  const due = flatten(expected)
  const found = flatten(given)
  const batch = batchOf(expected)
  return [...new Set([...due.keys(), ...found.keys()])]
    .filter((field) => due.get(field) !== found.get(field))
    .sort((a, b) => Number(b.startsWith('proof.')) - Number(a.startsWith('proof.')))
    .map((field) => ({
      code: 'AUDIT_STATEMENT',
      place: { batch, ...(memberOf(expected) && { member: memberOf(expected)! }), field },
      expected: due.get(field) ?? 'nothing',
      found: found.get(field) ?? 'nothing',
    }))
}

const batchOf = (document: object): string => {
  const { from } = document as { from?: string }
  return from !== undefined && parseInstant(from).ok ? from : formatInstant(0)
}
const memberOf = (document: object): string | undefined => (document as { member?: { id?: string } }).member?.id

function flatten(value: unknown, path = '', flat = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value)) {
    const names = NAMED_BY[path]
    for (const [i, item] of value.entries()) flatten(item, `${path}[${names ? nameOf(item, names) : i}]`, flat)
    // An item twice under one name, or an empty list, would not be seen otherwise.
    flat.set(`${path}.length`, String(value.length))
  } else if (typeof value === 'object' && value !== null)
    for (const [name, inner] of Object.entries(value)) flatten(inner, path === '' ? name : `${path}.${name}`, flat)
  else flat.set(path, typeof value === 'string' ? value : JSON.stringify(value))
  return flat
}

const nameOf = (item: unknown, names: readonly string[]): string =>
  names.map((name) => String((item as Record<string, unknown> | null)?.[name])).join(' ')
