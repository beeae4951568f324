import { createHash } from 'node:crypto'
import type { Hex } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'

/** One line of the audit log as it is stored: who wants to check the chain needs entry, previous and hash only. */
export interface AuditLine {
  readonly number: number
  readonly entry: string
  readonly previous: Hex
  readonly hash: Hex
}

export type ChainVerdict =
  | { readonly whole: true; readonly entries: number; readonly head: Hex }
  | { readonly whole: false; readonly entries: number; readonly brokenAt: number; readonly why: string }

export const FIRST: Hex = `0x${'0'.repeat(64)}`

export const hashOfEntry = (previous: Hex, entry: string): Hex =>
  `0x${createHash('sha256').update(`${previous}${entry}`).digest('hex')}`

const CHUNK = 2000

/** Reads the whole log and checks it: no number is missing, every hash covers its entry and the hash before. */
export async function verifyAuditLog(
  { rows }: Pick<OperationalStore, 'rows'>,
  { chunk = CHUNK }: { chunk?: number } = {},
): Promise<ChainVerdict> {
  let [number, head]: [number, Hex] = [0, FIRST]
  for (;;) {
    const lines = await rows<AuditLine>(
      `SELECT number::float8 AS number, entry, previous, hash FROM market_audit_log
       WHERE number > $1 ORDER BY market_audit_log.number LIMIT $2`,
      [number, chunk],
    )
    for (const line of lines) {
      const why = broken(line, number + 1, head)
      if (why !== undefined) return { whole: false, entries: number, brokenAt: line.number, why }
      ;[number, head] = [line.number, line.hash]
    }
    if (lines.length < chunk) return { whole: true, entries: number, head }
  }
}

function broken({ number, entry, previous, hash }: AuditLine, next: number, head: Hex): string | undefined {
  if (number !== next) return `entry ${next} is missing`
  if (previous !== head) return `entry ${number} does not follow the entry before it`
  if (hash !== hashOfEntry(previous, entry)) return `entry ${number} is not what was written`
  return undefined
}

export interface AuditQuery {
  readonly account: string | undefined
  readonly action: string | undefined
  /** Id of what it was done to. */
  readonly about: Readonly<Record<string, string>> | undefined
  /** Entries before this number, the newest first. */
  readonly before: number | undefined
  readonly limit: number
}

/** Entries, the newest first. */
export const findEntries = (
  { rows }: Pick<OperationalStore, 'rows'>,
  { account, action, about, before, limit }: AuditQuery,
): Promise<AuditLine[]> =>
  rows<AuditLine & Record<string, unknown>>(
    `SELECT number::float8 AS number, entry, previous, hash FROM market_audit_log
     WHERE ($1::text IS NULL OR account = $1) AND ($2::text IS NULL OR action = $2)
       AND ($3::jsonb IS NULL OR about @> $3) AND ($4::bigint IS NULL OR market_audit_log.number < $4)
     ORDER BY market_audit_log.number DESC LIMIT $5`,
    [account ?? null, action ?? null, about ? JSON.stringify(about) : null, before ?? null, limit],
  )
