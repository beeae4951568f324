import { followAgreementsForBilling } from '../billing/follow-agreements.ts'
import { followEscrow } from '../billing/follow-escrow.ts'
import { followCompositions } from '../composition/follow-compositions.ts'
import { agreementReaction } from '../contracting/follow-agreements.ts'
import { followAccounts } from '../governance/follow-accounts.ts'
import { followAnnouncements } from '../governance/follow-announcements.ts'
import { followInnovation } from '../innovation/follow-innovation.ts'
import { followPublishedProposals } from '../innovation/follow-published.ts'
import { followListings } from '../listings/follow-listings.ts'
import { followPublishing } from '../publish/follow-publishing.ts'
import type { Reaction } from './reaction.ts'

/** Every module's reactions. Of those to one event, the earlier in this list come first. */
export const reactions: readonly Reaction[] = [
  followListings,
  followPublishing,
  agreementReaction,
  followAgreementsForBilling,
  followEscrow,
  followInnovation,
  followPublishedProposals,
  followCompositions,
  followAnnouncements,
  followAccounts,
]
