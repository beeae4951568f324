import type { Hex } from '@opem/domain'
import type { Reaction } from '../follower/reaction.ts'
import { notify } from '../notifications/notify.ts'

/** Whoever chose a proposal is told when they can contract it: its listing is published. */
export const followPublishedProposals: Reaction<'ListingRegistry'> = {
  name: 'innovation-listings-1',
  contract: 'ListingRegistry',
  async apply(event, rows, { first }) {
    if (!first || event.name !== 'ListingPublished' || event.args.version !== 1) return
    const { listing } = event.args
    const chosen = await rows<{ request: Hex; proposal: Hex; account: Hex; title: string }>(
      `SELECT r.id AS request, p.id AS proposal, r.account, p.document ->> 'title' AS title
       FROM market_innovation_proposals p JOIN market_innovation_requests r ON r.id = p.request
       WHERE p.listing = $1 AND p.document IS NOT NULL AND p.state = 'chosen'`,
      [listing],
    )
    for (const { request, proposal, account, title } of chosen)
      await notify(rows, {
        ...{
          account,
          kind: 'innovation-chosen',
          about: { request, proposal, listing },
          link: `/innovation/${request}`,
        },
        words: {
          title: `“${title}” can be contracted now`,
          text: 'The service that you chose is published. Contract it, and choose where the data that it needs come from.',
        },
      })
  },
  async forget() {}, // it tells, and keeps nothing
}
