import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import { noteAction } from '../../marketplace/audit-log/note.ts'
import { actorOf } from '../../marketplace/publish/owner.ts'
import { line } from '../../marketplace/publish/text.ts'
import { defineRoute } from '../route.ts'
import { seconds } from '../services.ts'
import { instantText } from '../shapes.ts'

const pair = z.strictObject({
  before: z.string().regex(/^(0x[0-9a-f]{64}|[A-Za-z][A-Za-z0-9.-]{1,39})$/, 'the id of a listing, or a category'),
  after: z.string().regex(/^(0x[0-9a-f]{64}|[A-Za-z][A-Za-z0-9.-]{1,39})$/, 'the id of a listing, or a category'),
})
const pairShown = pair.extend({ rule: z.enum(['allow', 'forbid']), reason: z.string(), changedAt: instantText })

export const getCompositionPairs = defineRoute({
  method: 'get',
  path: '/v1/market/composition-pairs',
  summary: 'Which services may or may not follow one another, as the operator says, beside what their providers say.',
  access: 'signed-in',
  answers: z.object({ items: z.array(pairShown) }),
  handle: async (_, { store }) => ({
    items: (
      await store.rows<z.output<typeof pairShown> & { at: number }>(
        `SELECT before, after, rule, reason, changed_at::float8 AS at FROM market_composition_pairs ORDER BY before, after`,
      )
    ).map(({ at, ...one }) => ({ ...one, changedAt: formatInstant(at) })),
  }),
})

export const putCompositionPair = defineRoute({
  method: 'put',
  path: '/v1/market/composition-pairs',
  summary: 'Allows or forbids two neighbours, by listing or category; "none" leaves it to what the services say.',
  access: 'govern-market',
  body: pair.extend({ rule: z.enum(['allow', 'forbid', 'none']), reason: line(280) }),
  answers: pair.extend({ rule: z.enum(['allow', 'forbid', 'none']) }),
  async handle({ body: { before, after, rule, reason } }, services, { caller }) {
    const { did, account } = actorOf(caller)
    const now = seconds(services)
    await services.store.transaction(async (rows) => {
      if (rule === 'none')
        await rows('DELETE FROM market_composition_pairs WHERE before = $1 AND after = $2', [before, after])
      else
        await rows(
          `INSERT INTO market_composition_pairs (before, after, rule, reason, changed_at, changed_by)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (before, after) DO UPDATE SET rule = excluded.rule,
             reason = excluded.reason, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
          [before, after, rule, reason, now, did],
        )
      await noteAction(
        rows,
        { by: did, account, action: 'composition.pair-changed', about: { before, after }, detail: { rule } },
        now,
      )
    })
    return { before, after, rule }
  },
})
