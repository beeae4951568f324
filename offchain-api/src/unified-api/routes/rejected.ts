import { z } from 'zod'
import { maySend, mayUseMeter } from '../../access/rules/meters.ts'
import { keepRejected, markReplayed, type RejectedRow, rejectedId, rejectedRows } from '../../lake/rejected/rejected.ts'
import { Refusal } from '../problem.ts'
import { defineRoute, rows } from '../route.ts'
import { count, formatMs, rejectedReading } from '../shapes.ts'

export const postRejected = defineRoute({
  method: 'post',
  path: '/v1/rejected',
  access: 'send-readings',
  summary: 'Keeps rows that could not become readings, with the reason; the same row twice is one.',
  body: z.strictObject({ rejected: z.array(rejectedReading).max(20_000) }),
  bodyLimit: 16_000_000,
  answers: z.object({ kept: count, ids: z.array(z.string()) }),
  async handle({ body }, { lake, now }, { caller, refuse }) {
    if (!body.rejected.every((row) => row.meter === undefined || maySend(caller, row)))
      refuse('a system that is configured for every meter in the body')
    const kept = body.rejected.map((row): RejectedRow => {
      const place = { source: row.source, row: row.row ?? 0, raw: row.raw, code: row.code }
      return {
        ...place,
        id: row.id ?? rejectedId(place),
        meter: row.meter ?? '',
        reason: row.reason,
        rejectedAt: row.rejectedAt === undefined ? now() : row.rejectedAt * 1000,
        replayedAt: row.replayedAt === undefined ? 0 : row.replayedAt * 1000,
        format: row.format ?? '',
        options: row.options ? JSON.stringify(row.options) : '',
      }
    })
    await keepRejected(lake, kept, now())
    return { kept: kept.length, ids: kept.map(({ id }) => id) }
  },
})

const keptRow = rejectedReading.required({ id: true, rejectedAt: true }).meta({ id: 'KeptRow' })

export const getRejected = defineRoute({
  method: 'get',
  path: '/v1/rejected',
  access: 'send-readings',
  summary: 'Rejected rows of a source (or of all), in order of their place in it.',
  query: z.strictObject({ source: z.string().optional() }),
  answers: z.object({ rejected: z.array(keptRow) }),
  streams: true,
  async handle({ query: { source } }, { lake }, { caller }) {
    return rows(
      'rejected',
      formatted(rejectedRows(lake, source), ({ meter }) => mayUseMeter(caller, meter)),
    )
  },
})

async function* formatted(chunks: AsyncIterable<readonly RejectedRow[]>, isShown: (row: RejectedRow) => boolean) {
  for await (const chunk of chunks)
    yield chunk.filter(isShown).map((row) => ({
      id: row.id,
      source: row.source,
      ...(row.meter ? { meter: row.meter } : {}),
      ...(Number(row.row) > 0 ? { row: Number(row.row) } : {}),
      raw: row.raw,
      code: row.code,
      reason: row.reason,
      rejectedAt: formatMs(Number(row.rejectedAt)),
      ...(Number(row.replayedAt) > 0 ? { replayedAt: formatMs(Number(row.replayedAt)) } : {}),
      ...(row.format ? { format: row.format } : {}),
      ...(row.options ? { options: JSON.parse(row.options) } : {}),
    }))
}

export const postReplayed = defineRoute({
  method: 'post',
  path: '/v1/rejected/{id}/replayed',
  access: 'send-readings',
  summary: 'Marks a rejected row as replayed.',
  params: z.strictObject({ id: z.string().min(1).max(100) }),
  answers: z.object({ id: z.string() }),
  async handle({ params: { id } }, { lake, now }) {
    if (!(await markReplayed(lake, id, now())))
      throw new Refusal(404, 'ERR_REJECTED_UNKNOWN', `there is no rejected row ${id}; list them with GET /v1/rejected`)
    return { id }
  },
})
