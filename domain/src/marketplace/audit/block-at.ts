/**
 * The first block whose time is not before `time`, between two blocks, both included; undefined when there is none. Asks for the
 * times of about log2 of them.
 * @example firstBlockAt(0n, 3n, 250, (block) => 100 * Number(block)) // 3n
 */
export async function firstBlockAt(
  from: bigint,
  to: bigint,
  time: number,
  timeOf: (block: bigint) => Promise<number> | number,
): Promise<bigint | undefined> {
  if (from > to || (await timeOf(to)) < time) return undefined
  let [low, high] = [from, to]
  while (low < high) {
    const middle = (low + high) / 2n
    if ((await timeOf(middle)) < time) low = middle + 1n
    else high = middle
  }
  return low
}

/** The blocks of a span of time, `[from, to)` in epoch seconds, out of those between two blocks; both ends included. */
export async function blocksIn(
  { first, last }: { readonly first: bigint; readonly last: bigint },
  span: { readonly from?: number; readonly to?: number },
  timeOf: (block: bigint) => Promise<number> | number,
): Promise<{ readonly first: bigint; readonly last: bigint } | undefined> {
  const begin = span.from === undefined ? first : await firstBlockAt(first, last, span.from, timeOf)
  if (begin === undefined) return undefined
  const after = span.to === undefined ? undefined : await firstBlockAt(first, last, span.to, timeOf)
  const end = after === undefined ? last : after - 1n
  return end < begin ? undefined : { first: begin, last: end }
}
