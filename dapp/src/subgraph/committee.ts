import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { ask, Bytes, Integer } from './graphql.ts'

export const Committee = z.strictObject({
  committees: z.array(z.strictObject({ quorum: z.number().int(), nodeCount: z.number().int() })),
  oracleNodes: z.array(
    z.strictObject({
      id: Bytes,
      seat: z.number().int(),
      status: z.enum(['SEATED', 'LEAVING', 'REMOVED']),
      bond: Integer,
      freeAt: Integer.nullable(),
    }),
  ),
  _meta: z.strictObject({ block: z.strictObject({ number: z.number().int() }), hasIndexingErrors: z.boolean() }),
})

/** The oracle committee with its bonds, and how far the index is. */
export const committeeQuery = queryOptions({
  queryKey: ['index', 'committee'],
  queryFn: ({ signal }) =>
    ask(
      '{ committees { quorum nodeCount } oracleNodes(orderBy: seat, first: 256) { id seat status bond freeAt } _meta { block { number } hasIndexingErrors } }',
      {},
      Committee,
      signal,
    ),
  refetchInterval: 10_000,
  retry: false,
})
