import { commitBatch, formatInstant, type Hex, parseTradingBatch } from '@opem/domain'
import { z } from 'zod'
import { seesBalances } from '../../access/rules/meters.ts'
import { evidenceOf, type TradingEvidence, tradingHeaders } from '../../lake/trading/trading.ts'
import { keccak } from '../chain/keccak.ts'
import { currentEvidence } from '../chain/settled.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import { address, bytes32, instantText, range } from '../shapes.ts'

const proof = z.object({
  start: instantText,
  totals: z.string().meta({ description: 'the packed sums of the period, a whole number' }),
  toMembersRoot: z.array(bytes32),
  toBatchRoot: z.array(bytes32),
})

export const getProofs = defineRoute({
  method: 'get',
  path: '/v1/communities/{id}/proofs',
  access: 'read-trading',
  summary:
    "Where a member's balances stand in the batches in force of a range: the hashes that lead from each to the root on chain. They are of salted leaves and say nothing about anybody else.",
  params: z.strictObject({ id: address }),
  query: z.strictObject({ ...range, member: bytes32 }),
  answers: z.object({ batches: z.array(z.object({ start: instantText, proofs: z.array(proof) })) }),
  async handle({ params: { id }, query: { member, ...span } }, { lake, settled }, access) {
    if (!seesBalances(access, member))
      access.refuse("the community's administrator, an auditor it named, or the member")
    const headers = currentEvidence(await tradingHeaders(lake, { community: id, ...span }), settled.of)
    const batches = []
    for await (const page of evidenceOf(lake, headers, 'all'))
      for (const evidence of page) batches.push(proofsIn(evidence, member as Hex))
    return { batches }
  },
})

function proofsIn(evidence: TradingEvidence, member: Hex) {
  const start = formatInstant(evidence.start)
  const books = evidence.books.map((book) => ({ ...book, start: formatInstant(book.start) }))
  const parsed = parseTradingBatch({ ...evidence, start, books })
  if (!parsed.ok)
    throw new Refusal(500, parsed.code, `the evidence of ${start} cannot be read; the operator looks at it`)
  const commitment = commitBatch(keccak, parsed.value)
  const own = parsed.value.books.filter(({ balances }) => balances.some((balance) => balance.member === member))
  return {
    start,
    proofs: own.map((book) => {
      const { totals, toMembersRoot, toBatchRoot } = commitment.proofOf(book.start, member)
      return { start: formatInstant(book.start), totals: String(totals), toMembersRoot, toBatchRoot }
    }),
  }
}
