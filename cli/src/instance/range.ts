import { parseInstant } from '@opem/domain'
import { refusal } from '../failure.ts'

/** An instant of the command line, epoch seconds. */
export function instantOf(option: string, text: string): number {
  const parsed = parseInstant(text)
  if (parsed.ok) return parsed.value
  throw refusal(parsed.code, `${option}: ${parsed.reason}`)
}

/** `--from` and `--to` as `[from, to)`, epoch seconds; everything when left out. */
export function rangeOf({ from, to }: { readonly from?: string; readonly to?: string }): { from: number; to: number } {
  const range = {
    from: from === undefined ? 0 : instantOf('--from', from),
    to: to === undefined ? Number.MAX_SAFE_INTEGER : instantOf('--to', to),
  }
  if (range.from < range.to) return range
  throw refusal('ERR_RANGE', `--from ${from} is not before --to ${to}: give a range that holds at least one period.`)
}
