import { formatInstant, type Hex } from '@opem/domain'
import type { Rows } from '../follower/reaction.ts'
import { notify } from '../notifications/notify.ts'
import type { Decision } from './decision.ts'

/** So long after it is due an announced decision can be carried out; then it lapses (AccessManager.expiration). Seconds. */
export const OPEN_SECONDS = 7 * 86_400

interface When {
  /** When it was announced or cancelled, and when it can be carried out. Seconds since 1970. */
  readonly at: number
  readonly due: number
  readonly cancelled: boolean
}

/** Whom a decision concerns hears that it was announced, why, and when it takes effect; or that it was cancelled. */
export const tellConcerned = (rows: Rows, it: Decision, when: When): Promise<void> =>
  it.about === 'listing' ? tellOfListing(rows, it, when) : tellOfAccount(rows, it, when)

const TO_BE = { expel: 'To be removed', suspend: 'To be suspended', reinstate: 'To be open again' } as const
const NOT_TO_BE = { expel: 'Stays', suspend: 'Stays open', reinstate: 'Stays suspended' } as const

/** Its provider, and everybody with an agreement in force. */
async function tellOfListing(rows: Rows, it: Decision & { about: 'listing' }, when: When): Promise<void> {
  const { listing, decision } = it
  const [of] = await rows<{ account: Hex; title: string | null; words: string | null }>(
    `SELECT l.account, l.document->>'title' AS title, r.words FROM market_listings l
       LEFT JOIN market_listing_reasons r ON r.listing = l.listing AND r.digest = $2 WHERE l.listing = $1`,
    [listing, 'reason' in it ? it.reason : null],
  )
  if (of === undefined) return
  const title = `${when.cancelled ? NOT_TO_BE[decision] : TO_BE[decision]}: ${of.title ?? 'a listing'}`
  const because = of.words === null || when.cancelled ? '' : ` Reason: ${of.words}`
  await notify(rows, {
    ...{ account: of.account, kind: 'listing-announced', about: { listing }, link: `/services/${listing}/manage` },
    words: { title, text: `${sentence(when, ofListing(decision, 'provider'))}${because}` },
  })
  const users = await rows<{ id: Hex; account: Hex; kind: string }>(
    `SELECT id, consumer_account AS account, kind FROM market_agreements
     WHERE listing = $1 AND (ends_at = 0 OR ends_at > $2) ORDER BY concluded_at, id`,
    [listing, when.at],
  )
  for (const { id, account, kind } of users)
    await notify(rows, {
      ...{ account, kind: 'listing-announced', about: { listing, agreement: id }, link: `/agreements/${id}` },
      words: { title, text: `${sentence(when, ofListing(decision, kind === 'data' ? 'data' : 'service'))}${because}` },
    })
}

function ofListing(decision: 'expel' | 'suspend' | 'reinstate', to: 'provider' | 'service' | 'data'): string {
  switch (decision) {
    case 'suspend':
      return 'suspend it: nobody uses it until it is reinstated'
    case 'reinstate':
      return 'reinstate it: it can be used again then'
    case 'expel':
      if (to === 'provider') return 'remove it for ever; agreements under it go on'
      return to === 'data'
        ? 'remove it for ever: nothing is downloaded any more then'
        : 'remove it for ever; your agreement goes on to its end, and no other follows'
    default:
      return decision satisfies never
  }
}

async function tellOfAccount(rows: Rows, it: Decision & { about: 'account' }, when: When): Promise<void> {
  const { account } = it
  const title = when.cancelled ? 'Your account stays as it is' : ACCOUNT[it.decision]
  const text = `${sentence(when, ofAccount(it))}${when.cancelled ? '' : ' The chain holds no reason: ask whoever operates the marketplace.'}`
  await notify(rows, {
    ...{ account, kind: 'account-changed', about: { account }, words: { title, text }, link: '/credentials' },
  })
}

const ACCOUNT = {
  suspend: 'Your account is to be suspended',
  reinstate: 'Your account is to be reinstated',
  revoke: 'Your account is to be revoked',
  changeRoles: 'Your account is to have other roles',
} as const

function ofAccount(it: Decision & { about: 'account' }): string {
  switch (it.decision) {
    case 'suspend':
      return 'suspend your account: nobody signs in with it until it is reinstated'
    case 'reinstate':
      return 'reinstate your account: you can sign in with it again then'
    case 'revoke':
      return 'revoke your account for ever: nobody signs in with it any more then'
    case 'changeRoles':
      return it.roles.length === 0
        ? 'change the roles of your account'
        : `leave your account these roles: ${it.roles.join(', ')}`
    default:
      return it satisfies never
  }
}

const sentence = ({ due, cancelled }: When, to: string): string =>
  cancelled
    ? `The operator had announced, for ${formatInstant(due)}, to ${to}. That was cancelled.`
    : `The operator announced to ${to}. It takes effect when it is carried out, from ${formatInstant(due)} on and before ${formatInstant(due + OPEN_SECONDS)}; until then everything stays as it is.`
