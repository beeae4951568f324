import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { ask, Bytes, Integer } from './graphql.ts'

export const IndexState = z.strictObject({
  community: z
    .strictObject({
      nextPeriod: Integer,
      batchCount: z.number().int(),
      memberCount: z.number().int(),
      running: z.boolean(),
    })
    .nullable(),
})

export type IndexState = { missing: boolean; settledTo: number | undefined; batches: number }

/** How far the index is with a community. */
export const indexStateQuery = (community: string) =>
  queryOptions({
    queryKey: ['index', 'community', community],
    queryFn: async ({ signal }): Promise<IndexState> => {
      const { community: found } = await ask(
        'query ($id: ID!) { community(id: $id) { nextPeriod batchCount memberCount running } }',
        { id: community },
        IndexState,
        signal,
      )
      if (found === null) return { missing: true, settledTo: undefined, batches: 0 }
      return {
        missing: false,
        settledTo: found.batchCount === 0 ? undefined : Number(found.nextPeriod),
        batches: found.batchCount,
      }
    },
  })

export const Rules = z.strictObject({
  ruleVersions: z.array(
    z.strictObject({
      version: z.number().int(),
      from: Integer,
      key: z.string(),
      rulesHash: Bytes,
      committedAt: Integer,
    }),
  ),
})

/** Rule versions as the index knows them, oldest first. */
export const ruleVersionsQuery = (community: string) =>
  queryOptions({
    queryKey: ['index', 'rules', community],
    queryFn: async ({ signal }) =>
      (
        await ask(
          'query ($community: String!) { ruleVersions(where: { community: $community }, orderBy: version, first: 1000) { version from key rulesHash committedAt } }',
          { community },
          Rules,
          signal,
        )
      ).ruleVersions,
  })

export const Members = z.strictObject({
  members: z.array(z.strictObject({ member: Bytes, account: Bytes, from: Integer, until: Integer.nullable() })),
})

/** Memberships as the index knows them, in order of joining. */
export const membersQuery = (community: string) =>
  queryOptions({
    queryKey: ['index', 'members', community],
    queryFn: async ({ signal }) =>
      (
        await ask(
          'query ($community: String!) { members(where: { community: $community }, orderBy: from, first: 1000) { member account from until } }',
          { community },
          Members,
          signal,
        )
      ).members,
  })
