import type { Hex } from '@opem/domain'
import type { Rows } from '../follower/reaction.ts'
import { notify } from '../notifications/notify.ts'
import type { ListingState } from './drafts.ts'

interface Change {
  readonly listing: Hex
  readonly title: string | null
  readonly before: ListingState
  readonly now: ListingState
  /** In words, when they are known. */
  readonly reason: string | null
  /** Seconds since 1970. */
  readonly time: number
}

/** What a change means to whoever has an agreement under the listing; undefined where they can do what they could before. */
function meaning({ before, now }: Change, kind: string): string | undefined {
  if (now === 'suspended') return 'The operator suspended it: nobody uses it until it is reinstated.'
  if (now === 'removed')
    return kind === 'data'
      ? 'It was removed for ever: nothing is downloaded any more.'
      : 'It was removed for ever. Your agreement goes on to its end, and no other follows.'
  return before === 'suspended' ? 'It was reinstated: it can be used again.' : undefined
}

/** Everybody with an agreement in force hears what became of the listing that they use. */
export async function tellUsers(rows: Rows, change: Change): Promise<void> {
  const { listing, title, now, reason, time } = change
  const users = await rows<{ id: Hex; consumer_account: Hex; kind: string }>(
    `SELECT id, consumer_account, kind FROM market_agreements
     WHERE listing = $1 AND (ends_at = 0 OR ends_at > $2) ORDER BY concluded_at, id`,
    [listing, time],
  )
  for (const { id, consumer_account: account, kind } of users) {
    const text = meaning(change, kind)
    if (text === undefined) return
    await notify(rows, {
      ...{ account, kind: now === 'removed' ? 'listing-removed' : 'listing-suspended' },
      about: { listing, agreement: id },
      words: {
        title: `${now === 'removed' ? 'Removed' : now === 'suspended' ? 'Suspended' : 'Open again'}: ${title ?? 'a service that you use'}`,
        text: reason === null ? text : `${text} Reason: ${reason}`,
      },
      link: `/agreements/${id}`,
    })
  }
}
