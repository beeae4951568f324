import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { type ChainBatch, formatInstant, parseTradingBatch, type TradingBatch } from '@opem/domain'
import { refusal } from '../failure.ts'
import type { Api } from '../instance/api.ts'

/** One piece of evidence as it came: a batch, or why it is none. */
export type Piece =
  | { readonly from: string; readonly batch: TradingBatch; readonly raw: unknown }
  | { readonly from: string; readonly broken: string }

const pieceOf = (raw: unknown, from: string): Piece => {
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

/** The evidence that the API keeps about these batches, in their order. */
export async function* evidenceOfApi(
  api: Api,
  community: string,
  periodSeconds: number,
  batches: readonly ChainBatch[],
  members: number,
): AsyncGenerator<Piece> {
  for (const group of groupsOf(batches, () => Math.max(1, members))) {
    const last = group.at(-1)!
    const from = formatInstant(group[0]!.start)
    const to = formatInstant(last.start + last.periods * periodSeconds)
    const { batches: found } = await api.get<{ batches: unknown[] }>(
      `/v1/communities/${community}/trading?from=${from}&to=${to}`,
    )
    for (const raw of found) yield pieceOf(raw, 'the API')
  }
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
