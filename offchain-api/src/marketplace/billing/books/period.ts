/** A month or a year, UTC, half-open. @example periodOf('2026-11') // { from: 1_793_491_200, until: 1_796_083_200 } */
export function periodOf(text: string | undefined): { readonly from: number; readonly until: number } {
  const match = /^(\d{4})(?:-(\d{2}))?$/.exec(text ?? '')
  if (match === null) return { from: 0, until: Number.MAX_SAFE_INTEGER }
  const [year, month] = [Number(match[1]), match[2] === undefined ? undefined : Number(match[2])]
  const at = (y: number, m: number) => Date.UTC(y, m - 1) / 1000
  return month === undefined
    ? { from: at(year, 1), until: at(year + 1, 1) }
    : { from: at(year, month), until: at(year, month + 1) }
}
