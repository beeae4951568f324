import { type EvenBatch, evenBatch, settleEvenBatch } from '../allocation/even-batch.ts'
import { type Period, periodNumber } from '../periods/period.ts'
import { Wh } from '../units/units.ts'
import type { MemberEnergy, SettledMember, SettledPeriod } from './settle-period.ts'

const NOTHING = Wh(0n)
// Unchecked: the columns hold whole, unsigned, safe numbers only, and checking again would cost as much as settling.
const fresh = (whole: number): Wh => (whole === 0 ? NOTHING : (BigInt(whole) as Wh))

/** As `fresh`, but the same number again is the same bigint: whoever is filled to the level gets the same. */
let known = { whole: 0, wh: NOTHING }
function level(whole: number): Wh {
  if (whole !== known.whole) known = { whole, wh: fresh(whole) }
  return known.wh
}

// The columns of the period before are filled again: communities have the same members hour after hour.
let columns: EvenBatch = evenBatch(0, 1, 0)

/**
 * One period by the even key without options, through the columns of `settleEvenBatch`.
 * @param sorted ascending by member, nobody twice
 * @returns undefined when an energy or a sum leaves the safe integers: the bigint way has no bound
 */
export function settleEven(period: Period, sorted: readonly MemberEnergy[]): SettledPeriod | undefined {
  const count = sorted.length
  if (columns.members !== count) columns = evenBatch(count, 1, 0)
  const batch: EvenBatch = { ...columns, firstPeriod: periodNumber(period) }
  const { energyImport, energyExport, bought, sold } = batch
  let [drawn, fed] = [0, 0]
  for (let i = 0; i < count; i++) {
    const reading = sorted[i]!
    drawn += energyImport[i] = Number(reading.energyImport)
    fed += energyExport[i] = Number(reading.energyExport)
  }
  // Unsigned parts of a safe sum are safe themselves, so that no conversion above was inexact.
  if (!(drawn <= Number.MAX_SAFE_INTEGER && fed <= Number.MAX_SAFE_INTEGER)) return undefined
  settleEvenBatch(batch)
  const members = new Array<SettledMember>(count)
  for (let i = 0; i < count; i++) {
    const { member, energyImport: drawnBy, energyExport: fedBy } = sorted[i]!
    const net = energyExport[i]! - energyImport[i]!
    const [taken, given] = [bought[i]!, sold[i]!]
    members[i] = {
      member,
      energyImport: drawnBy,
      energyExport: fedBy,
      // Who gets all it wants has the bigint already.
      bought: taken === energyImport[i]! ? drawnBy : level(taken),
      sold: given === energyExport[i]! ? fedBy : level(given),
      gridImport: fresh(net < 0 ? -net - taken : 0),
      gridExport: fresh(net > 0 ? net - given : 0),
    }
  }
  return {
    start: period.start,
    seconds: period.seconds,
    surplus: fresh(batch.surplus[0]!),
    demand: fresh(batch.demand[0]!),
    shared: fresh(batch.shared[0]!),
    members,
  }
}
