/**
 * The even key as one would write it first: bigints, and a level found by giving everybody their equal part of what is left until
 * nobody is satisfied by it. The baseline of `npm run bench -- settle`, and a check on the fast version.
 */
export function evenInPlainBigInts(
  energyImport: readonly bigint[],
  energyExport: readonly bigint[],
  periodNumber: number,
): { bought: bigint[]; sold: bigint[] } {
  const demands = energyImport.map((drawn, i) => (drawn > energyExport[i]! ? drawn - energyExport[i]! : 0n))
  const surpluses = energyExport.map((fed, i) => (fed > energyImport[i]! ? fed - energyImport[i]! : 0n))
  const demand = demands.reduce((sum, d) => sum + d, 0n)
  const surplus = surpluses.reduce((sum, s) => sum + s, 0n)
  const shared = minimum(surplus, demand)
  return { bought: share(shared, demands, periodNumber), sold: share(shared, surpluses, periodNumber) }
}

const minimum = (a: bigint, b: bigint): bigint => (a < b ? a : b)

function share(total: bigint, wants: readonly bigint[], periodNumber: number): bigint[] {
  const shares = wants.map(() => 0n)
  let open = wants.map((_, i) => i).filter((i) => wants[i]! > 0n)
  let left = total
  while (open.length > 0) {
    const level = left / BigInt(open.length)
    const satisfied = open.filter((i) => wants[i]! <= level)
    if (satisfied.length === 0) {
      const rest = left - level * BigInt(open.length)
      const rank = (i: number): number => (i + wants.length - (periodNumber % wants.length)) % wants.length
      open.sort((a, b) => rank(a) - rank(b))
      open.forEach((i, place) => {
        shares[i] = level + (BigInt(place) < rest ? 1n : 0n)
      })
      return shares
    }
    for (const i of satisfied) {
      shares[i] = wants[i]!
      left -= wants[i]!
    }
    open = open.filter((i) => wants[i]! > level)
  }
  return shares
}
