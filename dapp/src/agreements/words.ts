import { type AgreementTermsJson, priceWords } from '@opem/domain'
import type { AgreementLine, ShownAgreement, Side, Stage } from '../api/agreements.ts'
import { dateClock } from '../format/time.ts'

const STAGE_NAMES: Record<Stage, string> = {
  offered: 'offered',
  countered: 'answered by other terms',
  refused: 'refused',
  withdrawn: 'withdrawn',
  expired: 'expired',
  failed: 'not concluded',
  signed: 'signed by both',
  agreed: 'concluded, begins later',
  'in-force': 'in force',
  ending: 'ends after its notice',
  ended: 'ended',
}
export const stageName = (stage: Stage): string => STAGE_NAMES[stage]

/** What is next, for one side. */
export function nextStep({ stage, turn, side }: Pick<AgreementLine, 'stage' | 'turn' | 'side'>): string {
  switch (stage) {
    case 'offered':
      return turn === side
        ? 'Your turn: read it, then sign, refuse or offer other terms.'
        : 'The other side answers next.'
    case 'signed':
      return 'Both have signed. It is concluded as soon as the chain has it.'
    case 'agreed':
      return 'It is concluded and begins later.'
    case 'in-force':
      return 'It is in force.'
    case 'ending':
      return 'It was ended early and is in force until its notice is over.'
    case 'ended':
      return 'It is over.'
    case 'countered':
      return 'The other side answered with other terms: those are before you now.'
    case 'failed':
      return 'The contract did not take it. Make a new offer.'
    case 'refused':
    case 'withdrawn':
    case 'expired':
      return 'Nothing came of it. A new offer can be made.'
  }
}

export const sideName = (side: Side): string => (side === 'consumer' ? 'user' : 'provider')

/** In UTC, as the agreement itself says its times. */
export const whenText = (epoch: number): string => `${dateClock(epoch, 'UTC')} UTC`

export const endText = (endsAt: number | null): string => (endsAt === null ? 'no end' : `until ${whenText(endsAt)}`)

export const priceText = (terms: Pick<AgreementTermsJson, 'plan' | 'price' | 'interval'>, unit?: string): string =>
  priceWords({ plan: terms.plan, price: BigInt(terms.price), interval: terms.interval }, unit)

/** One thing that happened, for the timeline. */
export interface Happening {
  readonly at: number
  readonly text: string
  readonly transaction?: string
}

const OFFER_ENDS: Record<string, string> = {
  refused: 'refused',
  withdrawn: 'withdrawn',
  expired: 'expired without an answer',
  failed: 'not taken by the contract',
}

/** Everything that happened to an agreement, in order: offers, answers, and what the chain says. */
export function timeline(shown: Pick<ShownAgreement, 'offers' | 'events'>): Happening[] {
  const happened: Happening[] = []
  for (const { number, by, state, reason, madeAt, changedAt, terms } of shown.offers) {
    const what = number === 1 ? 'made an offer' : 'offered other terms'
    happened.push({ at: madeAt, text: `The ${sideName(by)} ${what}: ${priceText(terms)}` })
    const end = OFFER_ENDS[state]
    if (end !== undefined)
      happened.push({ at: changedAt, text: `The offer was ${end}${reason === null ? '' : `: ${reason}`}.` })
    if (state === 'signed' || state === 'concluded') happened.push({ at: changedAt, text: 'The other side signed.' })
  }
  for (const { at, what, detail, transaction } of shown.events)
    happened.push({ at, text: eventText(what, detail), transaction })
  return happened.sort((a, b) => a.at - b.at)
}

function eventText(what: string, detail: unknown): string {
  const told = (detail ?? {}) as { by?: Side; endsAt?: number; end?: number }
  if (what === 'concluded') return 'The agreement was concluded on the chain.'
  if (what === 'terminated')
    return `The ${sideName(told.by ?? 'consumer')} ended it; in force until ${whenText(told.endsAt ?? 0)}.`
  return told.end === 0 ? 'It was extended and has no end now.' : `It was extended until ${whenText(told.end ?? 0)}.`
}
