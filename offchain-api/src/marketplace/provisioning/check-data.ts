import { type AgreementDocument, type DataVerdict, judgeData, periodOf, possiblePeriods } from '@opem/domain'
import type { Lake } from '../../lake/lake.ts'
import { readingsAtLength } from '../../lake/readings/query.ts'
import type { OperationalStore } from '../../operational/store.ts'
import { ownMeters } from '../contracting/own-meters.ts'

const DAY = 86_400
/** Readings of the last 30 days unless another number is asked for. */
export const CHECKED_DAYS = 30
const USUAL_PERIOD = 3600

/**
 * Looks whether the data that an agreement names is really there: the meter is the consumer's and may be used, and how many of the
 * periods of the last days have a reading in the length that is needed.
 */
export async function checkData(
  { store, lake }: { readonly store: OperationalStore; readonly lake: Lake },
  {
    document,
    consumer,
    days = CHECKED_DAYS,
    now,
  }: {
    readonly document: Pick<AgreementDocument, 'data'>
    readonly consumer: { readonly account: string; readonly address: string }
    readonly days?: number
    readonly now: number
  },
): Promise<DataVerdict[]> {
  const own = new Map((await ownMeters(store, { ...consumer, now })).map((one) => [one.meter, one]))
  const verdicts: DataVerdict[] = []
  for (const { name, meter, granularity } of document.data) {
    // Longer periods than an hour are made of hours.
    const seconds = granularity === undefined ? USUAL_PERIOD : (periodOf(granularity) ?? USUAL_PERIOD)
    // Whole periods that are over: the one that runs has no reading yet.
    const to = Math.floor(now / seconds) * seconds
    const from = to - days * DAY
    const counted =
      meter === undefined ? { periods: 0, last: null } : await countPeriods(lake, { meter, from, to, seconds })
    verdicts.push(
      judgeData(
        {
          ...{ name, meter: meter ?? null, seconds, ...counted },
          own: meter !== undefined && own.has(meter),
          authorised: meter !== undefined && own.get(meter)?.authorised === true,
          possible: meter === undefined ? 0 : possiblePeriods(from, to, seconds),
        },
        days,
      ),
    )
  }
  return verdicts
}

async function countPeriods(
  lake: Lake,
  { meter, from, to, seconds }: { meter: string; from: number; to: number; seconds: number },
): Promise<{ periods: number; last: number | null }> {
  let periods = 0
  let last: number | null = null
  for await (const rows of readingsAtLength(lake, { meters: [meter], from, to }, seconds))
    for (const { start } of rows) {
      periods += 1
      last = Math.max(last ?? 0, Number(start))
    }
  return { periods, last }
}
