import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { count } from '../shapes.ts'

const WAIT_SECONDS = 5

export const getMarketFollower = defineRoute({
  method: 'get',
  path: '/v1/market/follower',
  summary: 'How far the marketplace follows the chain; with `block` it waits a few seconds until it is there.',
  access: 'signed-in',
  query: z.strictObject({
    block: z
      .string()
      .regex(/^(0|[1-9]\d{0,14})$/, 'a block number')
      .transform(Number)
      .optional()
      .meta({ description: 'the block of a transaction that a page waits to see' }),
  }),
  answers: z.object({
    caughtUp: z.boolean(),
    block: count.nullable(),
    head: count.nullable(),
    stopped: z.string().nullable(),
  }),
  async handle({ query: { block } }, { market: { follower } }) {
    const wanted = block ?? follower.state().head ?? 0
    const caughtUp = await follower.caughtUpTo(wanted, block === undefined ? 0 : WAIT_SECONDS)
    return { caughtUp, ...follower.state() }
  },
})
