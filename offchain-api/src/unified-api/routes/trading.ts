import { commitBatch, formatInstant, formatTradingBatch, parseTradingBatch } from '@opem/domain'
import { z } from 'zod'
import { seesBalances } from '../../access/rules/meters.ts'
import { evidenceOf, type TradingEvidence, tradingHeaders } from '../../lake/trading/trading.ts'
import { keccak } from '../chain/keccak.ts'
import { currentEvidence } from '../chain/settled.ts'
import { Refusal } from '../problem.ts'
import { defineRoute, rows } from '../route.ts'
import { address, bytes32, range, tradingBatch } from '../shapes.ts'

const params = z.strictObject({ id: address })

export const postTrading = defineRoute({
  method: 'post',
  path: '/v1/communities/{id}/trading',
  access: 'settle',
  summary: "Keeps a batch's evidence; its balances must hash to its root. The same batch again changes nothing.",
  params,
  body: z.unknown(),
  documentedBody: tradingBatch,
  bodyLimit: 32_000_000,
  answers: z.object({ stored: z.boolean() }),
  async handle({ params: { id }, body }, { evidence }) {
    const parsed = parseTradingBatch(body)
    if (!parsed.ok) throw new Refusal(400, parsed.code, parsed.reason)
    const batch = parsed.value
    if (batch.community.toLowerCase() !== id)
      throw new Refusal(
        400,
        'ERR_TRADING_BATCH',
        `the batch is of ${batch.community}, the path of ${id}; post it where it belongs`,
      )
    checkConsecutive(batch)
    const { root, membersRoots } = commitBatch(keccak, batch)
    const wrong = batch.books.findIndex((book, index) => book.membersRoot !== membersRoots[index])
    if (root !== batch.root || wrong >= 0)
      throw new Refusal(
        422,
        'ERR_EVIDENCE_ROOT',
        `the balances hash to ${root}, the batch says ${batch.root}; evidence must prove its root`,
      )
    const { start: _start, books: _books, ...frame } = formatTradingBatch(batch)
    return evidence.store({ ...frame, community: id, start: batch.start, books: numericBooks(batch) })
  },
})

type ParsedBatch = Extract<ReturnType<typeof parseTradingBatch>, { ok: true }>['value']

const numericBooks = (batch: ParsedBatch): TradingEvidence['books'] =>
  formatTradingBatch(batch).books.map((book, index) => ({ ...book, start: batch.books[index]!.start }))

function checkConsecutive({ start, periods, periodSeconds, books }: ParsedBatch) {
  const wrong = books.findIndex((book, index) => book.start !== start + index * periodSeconds)
  if (books.length !== periods || wrong >= 0)
    throw new Refusal(
      400,
      'ERR_TRADING_BATCH',
      `${periods} consecutive periods from ${formatInstant(start)} need as many books in time order`,
    )
}

export const getTrading = defineRoute({
  method: 'get',
  path: '/v1/communities/{id}/trading',
  access: 'read-trading',
  summary: 'Evidence of the batches that overlap a range: those in force, or with revisions=all every one.',
  params,
  query: z.strictObject({ ...range, member: bytes32.optional(), revisions: z.literal('all').optional() }),
  answers: z.object({ batches: z.array(tradingBatch) }),
  streams: true,
  async handle({ params: { id }, query: { member, revisions, ...span } }, { lake, settled }, access) {
    if (!seesBalances(access, member))
      access.refuse("the community's administrator, an auditor it named, or ?member= with one's own member id")
    const stored = await tradingHeaders(lake, { community: id, ...span })
    const headers = revisions === 'all' ? stored : currentEvidence(stored, settled.of)
    return rows('batches', formatted(evidenceOf(lake, headers, member ? { member } : 'all')))
  },
})

async function* formatted(chunks: AsyncIterable<readonly TradingEvidence[]>) {
  for await (const chunk of chunks)
    yield chunk.map((batch) => ({
      ...batch,
      start: formatInstant(batch.start),
      books: batch.books.map((book) => ({ ...book, start: formatInstant(book.start) })),
    }))
}
