import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import { type AuditLine, findEntries, verifyAuditLog } from '../../marketplace/audit-log/read.ts'
import { countWaiting } from '../../marketplace/audit-log/waiting.ts'
import { fromCursor, pageFrom, pageOf, paging } from '../paging.ts'
import { defineRoute } from '../route.ts'
import { bytes32, count, instantText } from '../shapes.ts'

const entry = z
  .object({
    number: count,
    at: instantText,
    by: z.string().meta({ description: 'DID, "system ID", or "chain 0x…" for what the chain said' }),
    account: bytes32.nullable(),
    action: z.string(),
    about: z.record(z.string(), z.string()),
    detail: z.record(z.string(), z.unknown()),
    entry: z.string().meta({ description: 'what the hash covers: canonical JSON of the fields above' }),
    previous: bytes32,
    hash: bytes32.meta({ description: 'SHA-256 of the UTF-8 of previous and entry' }),
  })
  .meta({ id: 'AuditEntry' })

interface Told {
  readonly at: number
  readonly by: string
  readonly account: string | null
  readonly action: string
  readonly about: Record<string, string>
  readonly detail: Record<string, unknown>
}

function format({ number, entry: text, previous, hash }: AuditLine) {
  const { at, by, account, action, about, detail } = JSON.parse(text) as Told
  return { number, at: formatInstant(at), by, account, action, about, detail, entry: text, previous, hash }
}

const key = z.tuple([z.number().int().positive()])

export const getAuditLog = defineRoute({
  method: 'get',
  path: '/v1/governance/audit-log',
  summary: 'What was done in the marketplace, by whom and to what, the newest first.',
  access: 'govern',
  query: z.strictObject({
    ...paging,
    account: bytes32.optional(),
    action: z
      .string()
      .regex(/^[a-z-]+\.[a-z-]+$/)
      .max(100)
      .optional(),
    listing: bytes32.optional(),
    agreement: bytes32.optional(),
    payment: bytes32.optional(),
  }),
  answers: pageOf(entry),
  async handle({ query: { after, limit, account, action, ...ids } }, { store }) {
    const [before] = fromCursor(after, key) ?? []
    const named = Object.entries(ids).filter((pair): pair is [string, string] => pair[1] !== undefined)
    const about = named.length === 0 ? undefined : Object.fromEntries(named)
    const lines = await findEntries(store, { account, action, about, before, limit: limit + 1 })
    const page = pageFrom(lines, limit, ({ number }) => [number])
    return { items: page.items.map(format), next: page.next }
  },
})

export const getAuditVerification = defineRoute({
  method: 'get',
  path: '/v1/governance/audit-log/verification',
  summary: 'Reads the whole audit log and checks that no entry is missing or changed.',
  access: 'govern',
  answers: z
    .object({
      whole: z.boolean(),
      entries: count.meta({ description: 'that are as they were written, from the first on' }),
      head: bytes32
        .optional()
        .meta({ description: 'hash of the last entry: keep it elsewhere, and nobody can shorten the log' }),
      brokenAt: count.optional(),
      why: z.string().optional(),
    })
    .meta({ id: 'AuditVerification' }),
  handle: async (_input, { store }) => verifyAuditLog(store),
})

export const getWaiting = defineRoute({
  method: 'get',
  path: '/v1/governance/waiting',
  summary: 'How much waits for the operator, or is not as it should be.',
  access: 'govern',
  answers: z
    .object({
      reviews: count.meta({ description: 'listings that wait for review' }),
      disputes: count.meta({ description: 'payments that wait for a decision' }),
      suspendedListings: count,
      listings: count.meta({ description: 'published' }),
      agreements: count.meta({ description: 'in force' }),
      pendingAccounts: count,
      suspendedAccounts: count,
      lostLetters: count.meta({ description: 'letters and webhook calls of the last week that never arrived' }),
    })
    .meta({ id: 'Waiting' }),
  handle: async (_input, { store, access: { now } }) => countWaiting(store, now()),
})
