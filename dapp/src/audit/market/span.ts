/** Days that somebody chose, in UTC: a span of time, or why there is none. */
export type Span =
  | { readonly ok: true; readonly span: { readonly from?: number; readonly to?: number } }
  | { readonly ok: false; readonly reason: string }

const DAY = 86_400
const startOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 1000

/**
 * From the start of the first day to the end of the last one, UTC; an empty text leaves that end open.
 * @example spanOf('2026-01-01', '2026-01-31') // { ok: true, span: { from: 1767225600, to: 1769904000 } }
 */
export function spanOf(first: string, last: string): Span {
  const [from, to] = [first, last].map((date) => (date === '' ? undefined : startOf(date)))
  if (Number.isNaN(from) || Number.isNaN(to)) return { ok: false, reason: 'Choose a day.' }
  if (from !== undefined && to !== undefined && from > to)
    return { ok: false, reason: 'The last day is before the first.' }
  return {
    ok: true,
    span: { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to: to + DAY }) },
  }
}
