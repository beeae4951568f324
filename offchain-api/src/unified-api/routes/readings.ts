import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import { mayRead, maySend, mayUseMeter } from '../../access/rules/meters.ts'
import { type Claim, type ClaimRow, claimKey } from '../../lake/readings/claim.ts'
import { cleansedReadings, harmonisedReadings, knownMeters, readingsAtLength } from '../../lake/readings/query.ts'
import { keepRejected, rejectedId } from '../../lake/rejected/rejected.ts'
import { storeCapacity } from '../../operational/capacities.ts'
import { defineRoute, rows } from '../route.ts'
import { count, formatMs, instantText, meterId, meterReading, range, whole } from '../shapes.ts'

const MOST_READINGS = 20_000

export const postReadings = defineRoute({
  method: 'post',
  path: '/v1/readings',
  access: 'send-readings',
  summary: 'Stores readings; answered when they are durable. The same claim twice is one claim.',
  body: z.strictObject({ readings: z.array(z.unknown()).max(MOST_READINGS) }),
  documentedBody: z.object({ readings: z.array(meterReading).max(MOST_READINGS) }),
  bodyLimit: 16_000_000,
  answers: z.object({
    accepted: count,
    duplicates: count,
    rejected: z.array(z.object({ index: count, code: z.string(), reason: z.string() })),
  }),
  async handle({ body }, { writer, lake, now }, { caller, refuse }) {
    const claims: Claim[] = []
    const stranger = body.readings.find((raw) => !maySend(caller, raw))
    if (stranger !== undefined) refuse('a system that is configured for every meter in the body')
    const indexes = new Map<Claim, number>()
    const rejected: { index: number; code: string; reason: string; claim: Claim | undefined }[] = []
    for (const [index, raw] of body.readings.entries()) {
      const reading = meterReading.safeParse(raw)
      if (!reading.success) {
        const reason = z.prettifyError(reading.error).slice(0, 1000)
        rejected.push({ index, code: 'ERR_READING', reason, claim: undefined })
        continue
      }
      const claim = { ...reading.data, knownAt: reading.data.knownAt * 1000 }
      indexes.set(claim, index)
      claims.push(claim)
    }
    const written = await writer.submit(claims)
    for (const { claim, code, reason } of written.refused)
      rejected.push({ index: indexes.get(claim)!, code, reason, claim })
    await keepRejected(
      lake,
      rejected.map(({ index, code, reason, claim }) => {
        const raw = JSON.stringify(body.readings[index]).slice(0, 100_000)
        const from = { source: claim?.source ?? 'unified-api', row: 0, raw: claim ? claimKey(claim) : raw, code }
        return {
          ...from,
          id: rejectedId(from),
          raw,
          meter: claim?.meter ?? '',
          reason,
          rejectedAt: now(),
          replayedAt: 0,
          format: 'meter-reading',
          options: '',
        }
      }),
      now(),
    )
    return {
      accepted: written.accepted,
      duplicates: written.duplicates,
      rejected: rejected.map(({ index, code, reason }) => ({ index, code, reason })).sort((a, b) => a.index - b.index),
    }
  },
})

export const getReadings = defineRoute({
  method: 'get',
  path: '/v1/readings',
  access: 'read-readings',
  summary:
    'Readings of a meter in time order: cleansed (in force; with `seconds` summed to that length) or every claim.',
  query: z.strictObject({
    meter: meterId,
    ...range,
    zone: z.enum(['cleansed', 'harmonised']).default('cleansed'),
    seconds: z.coerce
      .number()
      .pipe(z.union([z.literal(300), z.literal(900), z.literal(1800), z.literal(3600)]))
      .optional(),
  }),
  answers: z.object({ readings: z.array(meterReading) }),
  streams: true,
  async handle({ query: { meter, from, to, zone, seconds } }, { lake, store }, { caller, refuse }) {
    if (!(await mayRead(store, caller, meter))) refuse("the meter's own holder, or a system that is configured for it")
    const which = { meters: [meter], from, to }
    if (zone === 'cleansed' && seconds) return rows('readings', formatted(readingsAtLength(lake, which, seconds)))
    const found = zone === 'cleansed' ? cleansedReadings(lake, which) : harmonisedReadings(lake, which)
    return rows('readings', formatted(found, seconds))
  },
})

async function* formatted(chunks: AsyncIterable<readonly ClaimRow[]>, seconds?: number) {
  for await (const chunk of chunks)
    yield (seconds ? chunk.filter((row) => row.seconds === seconds) : chunk).map(formatReading)
}

/** A reading as it goes over the wire. */
export const formatReading = ({ sequence: _sequence, start, knownAt, ...reading }: ClaimRow) => ({
  meter: reading.meter,
  start: formatInstant(start),
  seconds: reading.seconds,
  importWh: Number(reading.importWh),
  exportWh: Number(reading.exportWh),
  quality: reading.quality,
  source: reading.source,
  knownAt: formatMs(Number(knownAt)),
})

export const getMeters = defineRoute({
  method: 'get',
  path: '/v1/meters',
  access: 'send-readings',
  summary: 'Known meters with their first and last reading.',
  answers: z.object({
    meters: z.array(z.object({ meter: meterId, first: instantText, last: instantText, readings: count })),
  }),
  async handle(_input, { lake }, { caller }) {
    const meters = await knownMeters(lake)
    return {
      meters: meters
        .filter(({ meter }) => mayUseMeter(caller, meter))
        .map(({ meter, first, last, readings }) => ({
          meter,
          first: formatInstant(first),
          last: formatInstant(last),
          readings: Number(readings),
        })),
    }
  },
})

export const putMeterCapacity = defineRoute({
  method: 'put',
  path: '/v1/meters/{meter}/capacity',
  access: 'send-readings',
  summary: "What a meter's connection carries at most, in W: a reading above it is implausible and rejected.",
  params: z.strictObject({ meter: meterId }),
  body: z.strictObject({ capacityWatts: whole(1, 1_000_000_000_000) }),
  answers: z.object({ meter: meterId, capacityWatts: count }),
  async handle({ params: { meter }, body: { capacityWatts } }, { store, refreshCapacities }, { caller, refuse }) {
    if (!mayUseMeter(caller, meter)) refuse('a system that is configured for the meter')
    await storeCapacity(store, meter, capacityWatts)
    await refreshCapacities()
    return { meter, capacityWatts }
  },
})
