import type { Hex } from '@opem/domain'
import { z } from 'zod'
import { takeDown } from '../../marketplace/advertise/landing.ts'
import { noteAction } from '../../marketplace/audit-log/note.ts'
import { notify } from '../../marketplace/notifications/notify.ts'
import { readDraft } from '../../marketplace/publish/drafts.ts'
import { actorOf } from '../../marketplace/publish/owner.ts'
import { line } from '../../marketplace/publish/text.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import { seconds } from '../services.ts'
import { listingParams } from './market-shapes.ts'

export const putLandingShown = defineRoute({
  method: 'put',
  path: '/v1/market/reviews/{listing}/landing',
  summary: 'Takes a landing page down with a reason, or lets it be shown again.',
  access: 'govern-market',
  params: listingParams,
  body: z.discriminatedUnion('shown', [
    z.strictObject({ shown: z.literal(false), reason: line(500) }),
    z.strictObject({ shown: z.literal(true) }),
  ]),
  answers: z.object({ shown: z.boolean() }),
  async handle({ params, body }, services, { caller }) {
    const [listing, now] = [params.listing as Hex, seconds(services)]
    const { did } = actorOf(caller)
    const reason = body.shown ? null : body.reason
    await services.store.transaction(async (rows) => {
      const draft = await readDraft(rows, listing)
      if (draft === undefined || !(await takeDown(rows, { listing, reason, by: did, now })))
        throw new Refusal(404, 'ERR_PAGE_UNKNOWN', `there is no landing page of ${listing}`)
      await notify(rows, {
        account: draft.account,
        kind: 'listing-suspended',
        about: { listing },
        words: body.shown
          ? { title: 'Your landing page may be shown again', text: 'The operator lets it be shown.' }
          : {
              title: 'Your landing page was taken down',
              text: `Reason: ${body.reason}. Correct it, and tell the operator.`,
            },
        link: `/services/${listing}/landing`,
      })
      const action = body.shown ? 'landing.restored' : 'landing.taken-down'
      await noteAction(rows, { by: did, account: draft.account, action, about: { listing } }, now)
    })
    return { shown: body.shown }
  },
})
