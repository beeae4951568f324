import { COMPOSITION_STATES } from '@opem/domain'
import { noteAction } from '../audit-log/note.ts'
import type { MarketEvent, Reaction, ReactionParts, Rows } from '../follower/reaction.ts'
import { notify } from '../notifications/notify.ts'
import { type CompositionStage, decisionsOf, readComposition, type StoredComposition } from './compositions.ts'

type Event = MarketEvent<'CompositionRegistry'>
type Of<N extends Event['name']> = Extract<Event, { name: N }>

/** Compositions as the chain has them: requested, decided by each provider, approved or not. */
export const followCompositions: Reaction<'CompositionRegistry'> = {
  name: 'compositions-1',
  contract: 'CompositionRegistry',
  async apply(event, rows, parts) {
    switch (event.name) {
      case 'CompositionRequested':
        return requested(event, rows, parts)
      case 'CompositionDecided':
        return decided(event, rows)
      case 'CompositionStateChanged':
        return changed(event, rows, parts)
      default: // of the proxy and of governance
    }
  },
  async forget(rows) {
    await rows('DELETE FROM market_composition_decisions')
    await rows('DELETE FROM market_compositions WHERE document IS NULL')
    await rows(`UPDATE market_compositions SET state = 'draft', transaction = NULL`)
  },
}

async function requested(event: Of<'CompositionRequested'>, rows: Rows, parts: ReactionParts): Promise<void> {
  const { id, user, listings, content } = event.args
  const account = parts.accountOf(user)
  await rows(
    `INSERT INTO market_compositions AS c (id, account, address, content, listings, state, created_at, requested_at, changed_at,
       transaction) VALUES ($1, $2, $3, $4, $5, 'requested', $6, $6, $6, $7)
     ON CONFLICT (id) DO UPDATE SET state = 'requested', requested_at = $6, changed_at = $6, transaction = $7, account = $2,
       address = $3, content = $4, listings = $5,
       document = CASE WHEN c.content = $4 AND c.account = $2 AND c.listings = $5::text[] THEN c.document END`,
    [id, account, user, content, [...listings], event.time, event.transaction],
  )
  const stored = await readComposition(rows, id)
  if (!parts.first || !stored?.document) return
  for (const provider of await providersOf(rows, stored))
    await notify(rows, {
      ...{ account: provider, kind: 'composition-requested', about: { composition: id } },
      words: {
        title: `Your service is to be part of “${stored.document.title}”`,
        text: 'A user wants to chain it with others. Approve it, or say why not.',
      },
      link: `/compositions/${id}`,
    })
  await note(event, rows, account, 'composition.requested', { content, listings: [...listings] })
}

async function decided(event: Of<'CompositionDecided'>, rows: Rows): Promise<void> {
  const { id, index, approved, reason } = event.args
  await rows(
    `INSERT INTO market_composition_decisions (composition, place, approved, reason, decided_at, transaction)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (composition, place) DO UPDATE SET approved = $3, reason = $4,
       decided_at = $5, transaction = $6`,
    [id, index, approved, reason, event.time, event.transaction],
  )
}

async function changed(event: Of<'CompositionStateChanged'>, rows: Rows, parts: ReactionParts): Promise<void> {
  const { id, current } = event.args
  const state = COMPOSITION_STATES[current] as CompositionStage
  await rows('UPDATE market_compositions SET state = $2, changed_at = $3 WHERE id = $1', [id, state, event.time])
  const stored = await readComposition(rows, id)
  if (!parts.first || !stored?.document) return
  await note(event, rows, stored.account, `composition.${state}`, {})
  const { title } = stored.document
  const about = { composition: id }
  const link = `/compositions/${id}` as const
  if (state === 'withdrawn') {
    for (const account of await providersOf(rows, stored))
      await notify(rows, {
        ...{ account, kind: 'composition-withdrawn', about, link },
        words: { title: `“${title}” was withdrawn`, text: 'The user no longer chains your service with others.' },
      })
    return
  }
  const rejected = (await decisionsOf(rows, id)).find(({ approved }) => !approved)
  await notify(rows, {
    ...{ account: stored.account, kind: 'composition-decided', about, link },
    words:
      state === 'approved'
        ? { title: `“${title}” was approved`, text: 'Every provider said yes: run it.' }
        : {
            title: `“${title}” was rejected`,
            text: `The provider of service ${(rejected?.place ?? 0) + 1} said no${rejected?.reason ? `: ${rejected.reason}` : '.'}`,
          },
  })
}

const providersOf = async (rows: Rows, { listings }: StoredComposition) =>
  (
    await rows<{ account: `0x${string}` }>('SELECT DISTINCT account FROM market_listings WHERE listing = ANY($1)', [
      listings,
    ])
  ).map(({ account }) => account)

const note = (
  event: Event,
  rows: Rows,
  account: `0x${string}`,
  action: `${string}.${string}`,
  detail: Record<string, unknown>,
) =>
  noteAction(
    rows,
    {
      ...{ by: `chain ${event.transaction}`, account, action, detail },
      about: { composition: (event.args as { id: string }).id },
    },
    event.time,
  )
