import {
  type AdjustedPeriod,
  adjustedPeriods,
  type ChainBatch,
  formatInstant,
  localMonth,
  type PriceSeries,
  type TradingBatch,
} from '@opem/domain'
import { type Audit, audit } from '../audit/audit.ts'
import { auditLines } from '../audit/report.ts'
import { type CommunityOnChain, nowOf, readCommunity } from '../chain/read-community.ts'
import { type Profile, readProfile } from '../community/profile.ts'
import { adjustmentsOfApi, evidenceOfApi, type Piece } from '../evidence/source.ts'
import { refusal } from '../failure.ts'
import type { Instance } from '../instance/instance.ts'
import { readPrices, seriesIn } from '../instance/prices.ts'
import { readCheckedPrices } from '../prices/checked-prices.ts'

/** A month of a community whose every balance has been audited: what statements and the fund are made of. */
export interface AuditedMonth {
  readonly profile: Profile
  readonly chain: CommunityOnChain
  readonly month: string
  readonly from: number
  readonly to: number
  /** Batches on chain that overlap the month, and the evidence of each. */
  readonly batches: readonly ChainBatch[]
  readonly evidence: readonly TradingBatch[]
  /** What became known in the month about final periods of any month. */
  readonly adjusted: readonly AdjustedPeriod[]
  readonly prices: readonly PriceSeries[]
  readonly audits: readonly Audit[]
  /** The later of our clock and the chain's, seconds since 1970. */
  readonly asOf: number
}

const endOf = ({ start, periods }: ChainBatch, seconds: number) => start + periods * seconds

/** A month of a community as its profile and the chain tell it; nothing of it is audited. */
export async function readMonth(
  { api, chain: client, contracts, fromBlock }: Instance,
  { community, month, until }: { readonly community: string; readonly month: string; readonly until?: number },
) {
  const profile = await readProfile(api, community)
  const { start: from, end: to } = localMonth(month, profile.timeZone)
  const whole = await readCommunity(client, { settlement: contracts.settlement, community: profile.id, fromBlock })
  const now = nowOf(whole)
  if (until !== undefined && until > now)
    throw refusal('ERR_AS_OF', `It is ${formatInstant(now)}: nobody knows yet what holds at ${formatInstant(until)}.`)
  const asOf = until ?? now
  // By the time of revision 0: a later correction is no reason not to look at the batch.
  const chain = { ...whole, batches: whole.batches.filter((batch) => batch.settledAt <= asOf) }
  const { periodSeconds } = chain.view
  const batches = chain.batches.filter((batch) => batch.start < to && endOf(batch, periodSeconds) > from)
  return { profile, chain, month, from, to, batches, asOf }
}

/**
 * Reads a local month and audits all of it, with the adjustments that became known in it and the periods they are of.
 * @param until what the chain and the nodes said later than this (seconds since 1970) is left out
 * @throws ERR_NOT_SOUND naming the first place where chain and evidence differ
 */
export async function auditedMonth(
  instance: Instance,
  wanted: { readonly community: string; readonly month: string; readonly until?: number },
): Promise<AuditedMonth> {
  const { api } = instance
  const { profile, chain, month, from, to, batches: inMonth, asOf } = await readMonth(instance, wanted)
  const { periodSeconds } = chain.view

  const known = await piecesOf(adjustmentsOfApi(api, profile.id, { knownFrom: from, knownTo: Math.min(to, asOf + 1) }))
  const starts = new Set(known.flatMap((piece) => ('adjustment' in piece ? [piece.adjustment.batch] : [])))
  const bases = chain.batches.filter(({ start }) => starts.has(start))
  const adjustments = await adjustmentsFor(api, profile.id, bases, periodSeconds, asOf)

  const pieces: TradingBatch[] = []
  const prices: PriceSeries[] = []
  const audits: Audit[] = []
  const check = async (batches: readonly ChainBatch[], span: { from: number; to: number }, more: readonly Piece[]) => {
    const found = await readPrices(api, seriesIn(profile.rules), span.from, span.to)
    const committedPrices = await readCheckedPrices(instance, profile.rules, span)
    prices.push(...found)
    async function* evidence() {
      for await (const piece of evidenceOfApi(api, profile.id, periodSeconds, batches, chain.view.members.length)) {
        yield piece
        if ('batch' in piece) pieces.push(piece.batch)
      }
      yield* more
    }
    const verdict = await audit({
      chain,
      evidence: evidence(),
      rulesDocs: profile.rules,
      prices: found,
      committedPrices,
      ...span,
      now: asOf,
      timeZone: profile.timeZone,
    })
    if (!verdict.ok)
      throw refusal(
        'ERR_NOT_SOUND',
        `No statement is made of balances that do not hold: ${auditLines(profile.name, verdict).at(-1)}`,
      )
    audits.push(verdict)
  }
  await check(inMonth, { from, to }, [])
  const evidence = [...pieces]
  for (const base of bases) await check([base], { from: base.start, to: endOf(base, periodSeconds) }, adjustments)
  const values = adjustments.flatMap((piece) => ('adjustment' in piece ? [piece.adjustment] : []))
  return {
    ...{ profile, chain, month, from, to, batches: inMonth, evidence, prices, audits, asOf },
    adjusted: adjustedPeriods(values, pieces),
  }
}

export async function piecesOf(pieces: AsyncIterable<Piece>): Promise<Piece[]> {
  const found: Piece[] = []
  for await (const piece of pieces) {
    if ('broken' in piece)
      throw refusal('ERR_EVIDENCE', `The API keeps something that is no adjustment: ${piece.broken}`)
    found.push(piece)
  }
  return found
}

/** Every adjustment of these batches up to `asOf`, earlier ones with them: each one's difference is to the one before. */
async function adjustmentsFor(
  api: Instance['api'],
  community: string,
  bases: readonly ChainBatch[],
  seconds: number,
  asOf: number,
): Promise<Piece[]> {
  const [first, last] = [bases[0], bases.at(-1)]
  if (!first || !last) return []
  const starts = new Set(bases.map(({ start }) => start))
  const all = await piecesOf(adjustmentsOfApi(api, community, { from: first.start, to: endOf(last, seconds) }))
  return all.filter(
    (piece) => 'adjustment' in piece && starts.has(piece.adjustment.batch) && piece.adjustment.knownAt <= asOf,
  )
}

/** The batches of a month as the proof of what is made of it. */
export const proofOf = ({ chain: { view }, batches }: Pick<AuditedMonth, 'chain' | 'batches'>) => ({
  chainId: view.chainId,
  settlement: view.settlement,
  batches: batches.map(({ start, revision, root }) => ({ start: formatInstant(start), revision, root })),
})
