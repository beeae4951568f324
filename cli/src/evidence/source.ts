import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type Adjustment,
  type ChainBatch,
  formatInstant,
  parseAdjustment,
  parseTradingBatch,
  type TradingBatch,
} from '@opem/domain'
import { refusal } from '../failure.ts'
import type { Api } from '../instance/api.ts'

/** One piece of evidence as it came: a batch, an adjustment, or why it is none. */
export type Piece =
  | { readonly from: string; readonly batch: TradingBatch; readonly raw: unknown }
  | { readonly from: string; readonly adjustment: Adjustment; readonly raw: unknown }
  | { readonly from: string; readonly broken: string }

export function pieceOf(raw: unknown, from: string): Piece {
  if (typeof raw === 'object' && raw !== null && 'book' in raw) {
    const parsed = parseAdjustment(raw)
    return parsed.ok ? { from, adjustment: parsed.value, raw } : { from, broken: parsed.reason }
  }
  const parsed = parseTradingBatch(raw)
  return parsed.ok ? { from, batch: parsed.value, raw } : { from, broken: parsed.reason }
}

/** Balances that one request may bring: an answer stays within tens of megabytes. */
const BALANCES_AT_ONCE = 40_000

/** Batches side by side in time whose books hold no more balances than one answer should. */
export function groupsOf(batches: readonly ChainBatch[], membersOf: (batch: ChainBatch) => number): ChainBatch[][] {
  const groups: ChainBatch[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const batch of batches) {
    const balances = membersOf(batch) * batch.periods
    if (size + balances > BALANCES_AT_ONCE) {
      groups.push([])
      size = 0
    }
    groups.at(-1)!.push(batch)
    size += balances
  }
  return groups
}

/** Nodes write evidence after the chain has the batch: how long what is not there yet is asked for again. */
const PATIENCE_MS = 20_000

/** The evidence that the API keeps about these batches, in their order; what it does not have is left out. */
export async function* evidenceOfApi(
  api: Api,
  community: string,
  periodSeconds: number,
  batches: readonly ChainBatch[],
  members: number,
): AsyncGenerator<Piece> {
  const deadline = Date.now() + PATIENCE_MS
  for (const group of groupsOf(batches, () => Math.max(1, members))) {
    const last = group.at(-1)!
    const from = formatInstant(group[0]!.start)
    const to = formatInstant(last.start + last.periods * periodSeconds)
    for (;;) {
      const { batches: found } = await api.get<{ batches: unknown[] }>(
        `/v1/communities/${community}/trading?from=${from}&to=${to}`,
      )
      const pieces = found.map((raw) => pieceOf(raw, 'the API'))
      if (Date.now() < deadline && !group.every((batch) => pieces.some((piece) => isOf(piece, batch)))) {
        await pause(500)
        continue
      }
      yield* pieces
      break
    }
  }
}

const isOf = (piece: Piece, { start, revision }: ChainBatch): boolean =>
  'broken' in piece || ('batch' in piece && piece.batch.start === start && piece.batch.revision >= revision)

/** The adjustments that the API keeps of periods in `[from, to)`, or of those that became known in `[knownFrom, knownTo)`. */
export async function* adjustmentsOfApi(
  api: Api,
  community: string,
  range: { readonly from?: number; readonly to?: number; readonly knownFrom?: number; readonly knownTo?: number },
  member?: string,
): AsyncGenerator<Piece> {
  const query = new URLSearchParams(Object.entries(range).map(([name, at]) => [name, formatInstant(at)]))
  if (member !== undefined) query.set('member', member)
  const { adjustments } = await api.get<{ adjustments: unknown[] }>(`/v1/communities/${community}/adjustments?${query}`)
  for (const raw of adjustments) yield pieceOf(raw, 'the API')
}

/** The evidence in a file, one batch per line. */
export async function* evidenceOfFile(path: string): AsyncGenerator<Piece> {
  const input = createReadStream(path, 'utf8')
  let number = 0
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1
      if (line.trim() === '') continue
      const from = `${path}:${number}`
      let raw: unknown
      try {
        raw = JSON.parse(line)
      } catch (error) {
        yield { from, broken: (error as Error).message }
        continue
      }
      yield pieceOf(raw, from)
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw code ? refusal('ERR_FILE', `The evidence ${path} could not be read (${code}).`) : error
  } finally {
    input.destroy()
  }
}
