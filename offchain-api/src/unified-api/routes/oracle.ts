import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import {
  type Authorisation,
  authorisationsOf,
  isAuthorisedAt,
} from '../../access/meter-authorisation/authorisations.ts'
import type { ClaimRow } from '../../lake/readings/claim.ts'
import { changedPeriods, collect, readingsAtLength } from '../../lake/readings/query.ts'
import type { StoredCommunity } from '../../operational/communities.ts'
import { defineRoute } from '../route.ts'
import {
  address,
  bytes32,
  count,
  instant,
  instantText,
  memberMeter,
  meterId,
  meterReading,
  quality,
  range,
  rulesDocument,
  wh,
} from '../shapes.ts'
import { knownCommunity } from './known-community.ts'
import { formatReading } from './readings.ts'

const params = z.strictObject({ id: address })

export const getOracle = defineRoute({
  method: 'get',
  path: '/v1/communities/{id}/oracle',
  access: 'settle',
  summary:
    'What an oracle node needs to settle: salt keys, meters and cleansed readings at the period length. No names.',
  params,
  query: z.strictObject(range),
  answers: z.object({
    community: z.object({
      id: address,
      timeZone: z.string(),
      periodSeconds: z.number().int(),
      batchPeriods: z.union([z.number().int(), z.literal('day')]),
      rules: z.array(rulesDocument),
    }),
    members: z.array(
      z.object({
        id: bytes32,
        saltKey: bytes32,
        meters: z.array(
          memberMeter.extend({
            authorised: z
              .array(z.object({ from: instantText, until: instantText.nullable() }))
              .meta({ description: 'periods that start in [from, until) may be used; no others' }),
          }),
        ),
      }),
    ),
    readings: z.array(z.object({ meter: meterId, start: instantText, importWh: wh, exportWh: wh, quality })),
    watermark: count,
  }),
  async handle({ params: { id }, query: { from, to } }, services) {
    const { rules, members, timeZone, periodSeconds, batchPeriods } = await knownCommunity(services, id)
    const meters = metersOf(members)
    const authorisations = await authorisationsOf(services.store.rows, id)
    const watermark = await services.writer.watermark() // before the readings: what comes meanwhile is a change
    const readings = await collect(readingsAtLength(services.lake, { meters, from, to }, periodSeconds))
    return {
      community: { id, timeZone, periodSeconds, batchPeriods, rules: rules.map(({ document }) => document) },
      members: members.map((member) => ({
        id: member.id,
        saltKey: member.saltKey,
        meters: member.meters.map((meter) => ({
          ...meter,
          authorised: intervalsOf(authorisations, meter.meter, member.id).map(({ from, until }) => ({
            from: formatInstant(from),
            until: until === null ? null : formatInstant(until),
          })),
        })),
      })),
      readings: readings.filter(authorisedBy(authorisations)).map(({ meter, start, importWh, exportWh, quality }) => ({
        meter,
        start: formatInstant(start),
        importWh: Number(importWh),
        exportWh: Number(exportWh),
        quality,
      })),
      watermark,
    }
  },
})

const DAY = 86_400
const WINDOW = 28 * DAY

export const getHistory = defineRoute({
  method: 'get',
  path: '/v1/communities/{id}/history',
  access: 'settle',
  summary: 'Measured readings that may stand in for a missing one: the same time of day (UTC), up to 28 days back.',
  params,
  query: z.strictObject({ meter: meterId, start: instant }),
  answers: z.object({ readings: z.array(meterReading) }),
  async handle({ params: { id }, query: { meter, start } }, services) {
    const { periodSeconds } = await knownCommunity(services, id)
    const which = { meters: [meter], from: Math.max(0, start - WINDOW), to: start }
    const readings = await collect(readingsAtLength(services.lake, which, periodSeconds))
    const isAuthorised = authorisedBy(await authorisationsOf(services.store.rows, id))
    return { readings: readings.filter((row) => isCandidate(row, start) && isAuthorised(row)).map(formatReading) }
  },
})

const isCandidate = (row: ClaimRow, start: number) => row.quality === 'measured' && (start - row.start) % DAY === 0

export const getChanges = defineRoute({
  method: 'get',
  path: '/v1/communities/{id}/changes',
  access: 'settle',
  summary: 'Periods with a reading that became known after a cursor (0: from the beginning), and the next cursor.',
  params,
  query: z.strictObject({ after: z.coerce.number().pipe(count).default(0) }),
  answers: z.object({ cursor: count, periods: z.array(instantText) }),
  async handle({ params: { id }, query: { after } }, services) {
    const { members, periodSeconds } = await knownCommunity(services, id)
    const until = await services.writer.watermark()
    const periods = await changedPeriods(services.lake, {
      meters: metersOf(members),
      after,
      until,
      seconds: periodSeconds,
    })
    return { cursor: Math.max(after, until), periods: periods.map(formatInstant) }
  },
})

const intervalsOf = (all: readonly Authorisation[], meter: string, member: string) =>
  all.filter((one) => one.meter === meter && one.member === member)

/** Readings leave for the oracle only from times in which a member authorised their meter. */
function authorisedBy(all: readonly Authorisation[]): (row: ClaimRow) => boolean {
  const byMeter = Map.groupBy(all, ({ meter }) => meter)
  return (row) => isAuthorisedAt(byMeter.get(row.meter) ?? [], row.start)
}

const metersOf = (members: StoredCommunity['members']) => [
  ...new Set(members.flatMap(({ meters }) => meters.map(({ meter }) => meter))),
]
