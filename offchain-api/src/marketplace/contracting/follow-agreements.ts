import {
  type AgreementTerms,
  type AgreementTermsJson,
  formatAgreementTerms,
  formatInstant,
  type Hex,
} from '@opem/domain'
import { noteAction } from '../audit-log/note.ts'
import { wantLine } from '../contract-lines/want-line.ts'
import type { MarketEvent, Reaction, ReactionParts } from '../follower/reaction.ts'
import { notify } from '../notifications/notify.ts'
import { readAgreement } from './agreements.ts'
import { readListing } from './listing.ts'
import { type Rows, readDocument } from './offers.ts'

type Event = MarketEvent<'AgreementRegistry'>
type Of<N extends Event['name']> = Extract<Event, { name: N }>

/** Agreements as the chain has them, and what follows: an instance of the service, lines of credentials, letters. */
export const agreementReaction: Reaction<'AgreementRegistry'> = {
  name: 'agreements-1',
  contract: 'AgreementRegistry',
  async apply(event, rows, parts) {
    switch (event.name) {
      case 'AgreementConcluded':
        return concluded(event, rows, parts)
      case 'AgreementTerminated':
        return terminated(event, rows, parts)
      case 'AgreementExtended':
        return extended(event, rows, parts)
      default: // of the proxy and of the fee, which is asked of the contract itself
    }
  },
  async forget(rows) {
    await rows('DELETE FROM market_agreement_events')
    await rows('DELETE FROM market_agreements')
    // What was signed is signed: it comes back when the chain tells it again.
    await rows(`UPDATE market_offers SET state = 'signed' WHERE state = 'concluded'`)
    await rows(`UPDATE market_extensions SET state = 'signed' WHERE state = 'concluded'`)
  },
}

async function concluded(event: Of<'AgreementConcluded'>, rows: Rows, parts: ReactionParts): Promise<void> {
  const { id, agreement } = event.args
  const terms = formatAgreementTerms(agreement as AgreementTerms)
  const kind = (await readListing(rows, terms.listing))?.kind ?? 'analytic'
  const sides = {
    provider: { account: parts.accountOf(terms.provider), address: terms.provider },
    consumer: { account: parts.accountOf(terms.consumer), address: terms.consumer },
  }
  await rows(
    `INSERT INTO market_agreements (id, listing, version, kind, provider, consumer, provider_account, consumer_account, terms,
       state, concluded_at, ends_at, transaction)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'concluded', $10, $11, $12) ON CONFLICT (id) DO NOTHING`,
    [
      ...[id, terms.listing, terms.version, kind, terms.provider, terms.consumer],
      ...[sides.provider.account, sides.consumer.account, JSON.stringify(terms), event.time, terms.end],
      event.transaction,
    ],
  )
  await rows(`UPDATE market_offers SET state = 'concluded', changed_at = $2 WHERE id = $1`, [id, event.time])
  await happened(event, rows, id, 'concluded', { end: terms.end })
  const held = await isHeldHere(rows, terms)
  await rows(
    `INSERT INTO market_instances (agreement, state, created_at, changed_at) VALUES ($1, $2, $3, $3) ON CONFLICT DO NOTHING`,
    [id, held ? 'running' : 'requested', event.time],
  )
  const line = kind === 'data' ? 'data' : 'service'
  for (const [side, role] of [
    ['provider', 'provider'],
    ['consumer', 'user'],
  ] as const)
    await wantLine(rows, {
      ...{ account: sides[side].account, contract: id, role, kind: line },
      since: formatInstant(terms.start),
    })
  if (!parts.first) return
  const title = await titleOf(rows, terms.terms)
  await notify(rows, {
    ...{ account: sides.provider.account, kind: 'agreement-concluded', about: aboutOf(id, terms.listing) },
    words: {
      title: `“${title}” was contracted`,
      text: held
        ? 'The marketplace hands the data out, as your policy says. Nothing is left for you to do.'
        : 'Check the data that the service needs, adapt it to what was chosen, and mark it ready.',
    },
    link: `/agreements/${id}`,
  })
  await notify(rows, {
    ...{ account: sides.consumer.account, kind: 'agreement-concluded', about: aboutOf(id, terms.listing) },
    words: {
      title: `Your agreement on “${title}” is concluded`,
      text: `${held ? 'From its beginning on you ask for the data and download them' : 'The provider prepares the service; you hear when it is ready'}. Your Account credential gets a line for it.`,
    },
    link: `/agreements/${id}`,
  })
  await note(event, rows, sides.consumer.account, 'agreement.concluded', id, { terms: terms.terms })
}

/** Data that lie in this marketplace and come from no service besides: nobody has to prepare anything. */
async function isHeldHere(rows: Rows, terms: Pick<AgreementTermsJson, 'terms' | 'listing'>): Promise<boolean> {
  const [document, listing] = await Promise.all([readDocument(rows, terms.terms), readListing(rows, terms.listing)])
  return document?.policy !== undefined && listing?.document?.access?.baseUrl === undefined
}

async function terminated(event: Of<'AgreementTerminated'>, rows: Rows, parts: ReactionParts): Promise<void> {
  const { id, asProvider, endsAt, reason } = event.args
  const by = asProvider ? 'provider' : 'consumer'
  await rows(
    `UPDATE market_agreements SET state = 'terminated', ends_at = $2, terminated_by = $3, reason = $4 WHERE id = $1`,
    [id, endsAt, by, reason],
  )
  await happened(event, rows, id, 'terminated', { by, endsAt, reason })
  const agreement = await readAgreement(rows, id)
  if (!parts.first || !agreement) return
  const title = await titleOf(rows, agreement.terms.terms)
  for (const account of [agreement.provider_account, agreement.consumer_account])
    await notify(rows, {
      ...{ account, kind: 'agreement-terminated', about: aboutOf(id, agreement.listing) },
      words: {
        title: `The agreement on “${title}” ends`,
        text: `The ${by === 'provider' ? 'provider' : 'user'} ended it; it is in force until ${formatInstant(endsAt)}.`,
      },
      link: `/agreements/${id}`,
    })
  const account = by === 'provider' ? agreement.provider_account : agreement.consumer_account
  await note(event, rows, account, 'agreement.terminated', id, { by, endsAt })
}

async function extended(event: Of<'AgreementExtended'>, rows: Rows, parts: ReactionParts): Promise<void> {
  const { id, previousEnd, end } = event.args
  await rows('UPDATE market_agreements SET ends_at = $2 WHERE id = $1', [id, end])
  await rows(
    `UPDATE market_extensions SET state = 'concluded' WHERE agreement = $1 AND ends_at = $2 AND state = 'signed'`,
    [id, end],
  )
  await happened(event, rows, id, 'extended', { previousEnd, end })
  const agreement = await readAgreement(rows, id)
  if (!parts.first || !agreement) return
  const title = await titleOf(rows, agreement.terms.terms)
  for (const account of [agreement.provider_account, agreement.consumer_account])
    await notify(rows, {
      ...{ account, kind: 'agreement-extended', about: aboutOf(id, agreement.listing) },
      words: {
        title: `The agreement on “${title}” was extended`,
        text: end === 0 ? 'It has no end now.' : `It ends at ${formatInstant(end)} now.`,
      },
      link: `/agreements/${id}`,
    })
  await note(event, rows, agreement.consumer_account, 'agreement.extended', id, { previousEnd, end })
}

const happened = (
  { transaction, logIndex, time }: Event,
  rows: Rows,
  id: Hex,
  what: string,
  detail: Record<string, unknown>,
) =>
  rows(
    `INSERT INTO market_agreement_events (agreement, transaction, log_index, at, what, detail)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
    [id, transaction, logIndex, time, what, JSON.stringify(detail)],
  )

const note = (
  { transaction, time }: Event,
  rows: Rows,
  account: Hex,
  action: `agreement.${string}`,
  agreement: Hex,
  detail: Record<string, unknown>,
) => noteAction(rows, { by: `chain ${transaction}`, account, action, about: { agreement }, detail }, time)

const aboutOf = (agreement: Hex, listing: Hex) => ({ agreement, listing })
const titleOf = async (rows: Rows, digest: Hex) => (await readDocument(rows, digest))?.title ?? 'a service'
