import {
  type AgreedData,
  type AgreementDocument,
  type DataFound,
  type DataVerdict,
  type Hex,
  judgeData,
  periodOf,
  possiblePeriods,
} from '@opem/domain'
import type { Lake } from '../../lake/lake.ts'
import { readingsAtLength } from '../../lake/readings/query.ts'
import type { OperationalStore } from '../../operational/store.ts'
import { type OwnMeter, ownMeters } from '../contracting/own-meters.ts'
import { countHanded } from '../data/count-handed.ts'
import { type HandedData, handedData, refusalOf } from '../data/pass-on.ts'
import type { MayUseMoney } from './may-call.ts'

const DAY = 86_400
/** Readings of the last 30 days unless another number is asked for. */
export const CHECKED_DAYS = 30
const USUAL_PERIOD = 3600

interface Check {
  readonly document: Pick<AgreementDocument, 'data' | 'provider'>
  readonly consumer: { readonly account: string; readonly address: string }
  readonly days?: number
  readonly now: number
  readonly mayUseMoney: MayUseMoney
}

/**
 * Looks whether the data that an agreement names is really there. A meter is the consumer's and may be used; a data set is theirs, or
 * one that they have contracted, and its policy lets them hand it to this provider. And: how many of the periods of the last days have
 * a reading in the length that is needed.
 */
export async function checkData(
  parts: { readonly store: OperationalStore; readonly lake: Lake },
  { days = CHECKED_DAYS, ...it }: Check,
): Promise<DataVerdict[]> {
  const own = new Map((await ownMeters(parts.store, { ...it.consumer, now: it.now })).map((one) => [one.meter, one]))
  const verdicts: DataVerdict[] = []
  for (const item of it.document.data) {
    const seconds = secondsOf(item)
    const found =
      item.from === undefined
        ? await ofMeter(parts.lake, item.meter, own, { seconds, days, now: it.now })
        : await ofSource(parts, item.from.id, { ...it, seconds, days })
    const from = item.from === undefined ? null : { title: item.from.title, refusal: null, ...found.from }
    verdicts.push(judgeData({ ...found, name: item.name, meter: item.meter ?? null, seconds, from }, days))
  }
  return verdicts
}

// Longer periods than an hour are made of hours.
export const secondsOf = ({ granularity }: Pick<AgreedData, 'granularity'>): number =>
  granularity === undefined ? USUAL_PERIOD : (periodOf(granularity) ?? USUAL_PERIOD)

type Found = Pick<DataFound, 'own' | 'authorised' | 'periods' | 'possible' | 'last'> & {
  readonly from?: { readonly refusal: string }
}
interface Span {
  readonly seconds: number
  readonly days: number
  readonly now: number
}

async function ofMeter(
  lake: Lake,
  meter: string | undefined,
  meters: ReadonlyMap<string, OwnMeter>,
  { seconds, days, now }: Span,
): Promise<Found> {
  if (meter === undefined) return { own: false, authorised: false, periods: 0, possible: 0, last: null }
  // Whole periods that are over: the one that runs has no reading yet.
  const to = Math.floor(now / seconds) * seconds
  const from = to - days * DAY
  const [own, authorised] = [meters.has(meter), meters.get(meter)?.authorised === true]
  const counted = await countPeriods(lake, { meter, from, to, seconds })
  return { own, authorised, possible: possiblePeriods(from, to, seconds), ...counted }
}

async function ofSource(
  { store: { rows }, lake }: { readonly store: OperationalStore; readonly lake: Lake },
  id: Hex,
  { document, consumer, mayUseMoney, ...span }: Check & Span,
): Promise<Found> {
  const recipient = document.provider.did
  let handed: HandedData | undefined
  const refusal = await refusalOf(async () => {
    handed = await handedData(rows, { id, consumer, recipient, mayUseMoney, now: span.now })
  })
  if (handed === undefined)
    return {
      ...{ own: false, authorised: false, periods: 0, possible: 0, last: null },
      from: { refusal: refusal?.reason ?? 'it is not there' },
    }
  return { own: true, authorised: true, ...(await countHanded({ rows, lake }, handed, span)) }
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
