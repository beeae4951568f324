import type { Hex } from '@opem/domain'
import { noteAction } from '../audit-log/note.ts'
import type { MarketEvent, Reaction, ReactionParts, Rows } from '../follower/reaction.ts'
import { type Decision, decisionOf } from './decision.ts'
import { OPEN_SECONDS, tellConcerned } from './tell-concerned.ts'

type Event = MarketEvent<'AccessManager'>

interface Announced {
  readonly decision: Decision['decision']
  readonly listing: Hex | null
  readonly account: Hex | null
  readonly reason: Hex | null
  readonly due_at: number
}

/**
 * Decisions about listings and accounts that are announced behind the timelock, and cancelled: those concerned hear of both at once.
 * When one is carried out the listing or account says so itself (follow-publishing.ts, follow-accounts.ts).
 */
export const followAnnouncements: Reaction<'AccessManager'> = {
  name: 'announcements',
  contract: 'AccessManager',
  async apply(event, rows, parts) {
    switch (event.name) {
      case 'OperationScheduled':
        return scheduled(event, rows, parts)
      case 'OperationCanceled':
        return cancelled(event, rows, parts)
      default: // roles, and what was carried out
    }
  },
  async forget(rows) {
    await rows('DELETE FROM market_announced')
  },
}

async function scheduled(event: Event & { name: 'OperationScheduled' }, rows: Rows, parts: ReactionParts) {
  const { operationId, nonce, schedule, target, data, caller } = event.args
  const it = decisionOf(parts.contractAt(target), data)
  if (it === undefined) return
  await rows(
    `INSERT INTO market_announced (operation, nonce, decision, listing, account, reason, due_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      ...[operationId, nonce, it.decision, it.about === 'listing' ? it.listing : null],
      ...[it.about === 'account' ? it.account : null, 'reason' in it ? it.reason : null, schedule],
    ],
  )
  if (!parts.first) return
  await tellIfOpen(rows, it, { at: event.time, due: schedule, cancelled: false })
  await note(rows, event, 'decision.announced', aboutOf(it), { decision: it.decision, due: schedule, by: caller })
}

async function cancelled(event: Event & { name: 'OperationCanceled' }, rows: Rows, parts: ReactionParts) {
  const { operationId, nonce } = event.args
  const [known] = await rows<Announced & Record<string, unknown>>(
    `SELECT decision, listing, account, reason, due_at::float8 AS due_at FROM market_announced
     WHERE operation = $1 AND nonce = $2`,
    [operationId, nonce],
  )
  if (known === undefined || !parts.first) return
  const { decision, due_at: due } = known
  await tellIfOpen(rows, decisionFrom(known), { at: event.time, due, cancelled: true })
  await note(rows, event, 'decision.cancelled', aboutOf(decisionFrom(known)), { decision, due })
}

const decisionFrom = ({ decision, listing, account, reason }: Announced): Decision =>
  (listing === null
    ? { about: 'account', decision, account, roles: [] }
    : { about: 'listing', decision, listing, reason }) as Decision

/** A marketplace that begins to follow announcements is told old ones too, which concern nobody any more. */
async function tellIfOpen(rows: Rows, it: Decision, when: { at: number; due: number; cancelled: boolean }) {
  if (when.due + OPEN_SECONDS < Date.now() / 1000) return
  await tellConcerned(rows, it, when)
}

const aboutOf = (it: Decision): Record<string, string> =>
  it.about === 'listing' ? { listing: it.listing } : { account: it.account }

const note = (
  rows: Rows,
  { transaction, time, args }: Event,
  action: `decision.${string}`,
  about: Record<string, string>,
  detail: Record<string, unknown>,
) =>
  noteAction(
    rows,
    {
      ...{ by: `chain ${transaction}`, account: (about.account as Hex | undefined) ?? null, action, about },
      detail: { ...detail, operation: (args as { operationId: Hex }).operationId },
    },
    time,
  )
