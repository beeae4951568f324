import type { BalanceProof } from '@opem/domain'
import { formatInstant } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange, query } from './http.ts'
import { Bytes32, Instant } from './shapes.ts'
import type { Range } from './trading.ts'

export const Proofs = z.strictObject({
  batches: z.array(
    z.strictObject({
      start: Instant,
      proofs: z.array(
        z.strictObject({
          start: Instant,
          totals: z.string().regex(/^\d+$/).transform(BigInt),
          toMembersRoot: z.array(Bytes32),
          toBatchRoot: z.array(Bytes32),
        }),
      ),
    }),
  ),
})

/** By the start of the period: the hashes that lead from a member's balance to the root on chain. */
export const proofsQuery = (community: string, range: Range, member: string) =>
  queryOptions({
    queryKey: ['trading', 'proofs', community, range.from, range.to, member],
    queryFn: async ({ signal }): Promise<ReadonlyMap<number, BalanceProof>> => {
      const span = { from: formatInstant(range.from), to: formatInstant(range.to), member }
      const { batches } = await exchange(`/v1/communities/${community}/proofs${query(span)}`, Proofs, { signal })
      return new Map(
        batches.flatMap(({ proofs }) =>
          proofs.map(({ start, ...proof }) => [start, { periodStart: BigInt(start), ...proof }] as const),
        ),
      )
    },
  })
