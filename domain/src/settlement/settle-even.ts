import { type EvenBatch, evenBatch, settleEvenBatch } from '../allocation/even-batch.ts'
import { type Period, periodNumber } from '../periods/period.ts'
import { Wh } from '../units/units.ts'
import type { MemberEnergy, SettledMember, SettledPeriod } from './settle-period.ts'

const NOTHING = Wh(0n)
// Unchecked: the columns hold whole, unsigned, safe numbers only, and checking again would cost as much as settling.
const wh = (whole: number): Wh => (whole === 0 ? NOTHING : (BigInt(whole) as Wh))

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
    const reading = sorted[i]!
    const net = energyExport[i]! - energyImport[i]!
    members[i] = {
      member: reading.member,
      energyImport: reading.energyImport,
      energyExport: reading.energyExport,
      bought: wh(bought[i]!),
      sold: wh(sold[i]!),
      gridImport: wh(net < 0 ? -net - bought[i]! : 0),
      gridExport: wh(net > 0 ? net - sold[i]! : 0),
    }
  }
  return {
    start: period.start,
    seconds: period.seconds,
    surplus: wh(batch.surplus[0]!),
    demand: wh(batch.demand[0]!),
    shared: wh(batch.shared[0]!),
    members,
  }
}
