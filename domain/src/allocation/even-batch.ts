import { OpemError } from '../errors/opem-error.ts'
import { evenShares } from './even-shares.ts'

/**
 * Consecutive periods of one community in flat columns, row = period × members + member index. Wh as safe integers.
 * `bought` and `sold` are written; the totals too, one per period.
 */
export interface EvenBatch {
  readonly members: number
  readonly periods: number
  /** Number of the first period (`periodNumber`): ties rotate by it. */
  readonly firstPeriod: number
  readonly energyImport: Float64Array
  readonly energyExport: Float64Array
  readonly bought: Float64Array
  readonly sold: Float64Array
  readonly surplus: Float64Array
  readonly demand: Float64Array
  readonly shared: Float64Array
}

/** Columns for `members` × `periods`, ready to be filled and settled, again and again: memory stays flat. */
export function evenBatch(members: number, periods: number, firstPeriod: number): EvenBatch {
  const rows = members * periods
  const column = (length: number): Float64Array => new Float64Array(length)
  return {
    members,
    periods,
    firstPeriod,
    energyImport: column(rows),
    energyExport: column(rows),
    bought: column(rows),
    sold: column(rows),
    surplus: column(periods),
    demand: column(periods),
    shared: column(periods),
  }
}

/**
 * Settles a batch by the even key without options. Floats hold whole numbers only, and every sum is checked against 2^53 − 1.
 * @throws ERR_BATCH_BOUND when a period's sum leaves the safe integers, or a value is negative or fractional: settle that
 * period with `settlePeriod`, which has no bound
 */
export function settleEvenBatch(batch: EvenBatch): void {
  const { members, periods, firstPeriod, energyImport, energyExport, bought, sold } = batch
  const demands = new Float64Array(members)
  const surpluses = new Float64Array(members)
  const scratch = new Float64Array(members)
  const shares = new Float64Array(members)
  for (let period = 0; period < periods; period++) {
    const row = period * members
    let surplus = 0
    let demand = 0
    let imported = 0
    let exported = 0
    let whole = true
    for (let i = 0; i < members; i++) {
      const drawn = energyImport[row + i]!
      const fed = energyExport[row + i]!
      whole = whole && drawn >= 0 && fed >= 0 && Math.floor(drawn) === drawn && Math.floor(fed) === fed
      imported += drawn
      exported += fed
      const net = fed - drawn
      if (net > 0) {
        surplus += net
        surpluses[i] = net
        demands[i] = 0
      } else {
        demand -= net
        surpluses[i] = 0
        demands[i] = -net
      }
    }
    // Partial sums of non-negative integers only grow: a safe total means that every step was exact.
    if (!whole || imported > Number.MAX_SAFE_INTEGER || exported > Number.MAX_SAFE_INTEGER)
      throw new OpemError({
        code: 'ERR_BATCH_BOUND',
        shortMessage: `period ${period} of the batch has a value that is no whole number of Wh, or sums above 2^53 − 1`,
        details: { period, imported, exported },
      })
    const first = (firstPeriod + period) % members
    const shared = Math.min(surplus, demand)
    divide(shared, demand, demands, first, scratch, shares)
    bought.set(shares, row)
    divide(shared, surplus, surpluses, first, scratch, shares)
    sold.set(shares, row)
    batch.surplus[period] = surplus
    batch.demand[period] = demand
    batch.shared[period] = shared
  }
}

function divide(
  shared: number,
  sum: number,
  wants: Float64Array,
  first: number,
  scratch: Float64Array,
  out: Float64Array,
): void {
  if (shared === sum) out.set(wants)
  else if (shared === 0) out.fill(0)
  else evenShares(shared, wants, 0, wants.length, first, scratch, out)
}
