/**
 * Epoch seconds to `2015-06-01T04:00:00Z`. Kept beside the importers because they format one instant per row:
 * the date part is remembered from row to row.
 */
let lastDay = Number.NaN
let lastDate = ''

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`)

/** Throws RangeError outside the years 0–9999, which no adaptor lets through. */
export function isoInstant(epoch: number): string {
  const day = Math.floor(epoch / 86_400)
  if (day !== lastDay) {
    lastDate = new Date(day * 86_400_000).toISOString().slice(0, 10)
    lastDay = day
  }
  const second = epoch - day * 86_400
  return `${lastDate}T${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}Z`
}
