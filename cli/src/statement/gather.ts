import {
  commitBatch,
  formatInstant,
  type Hex,
  type SettledIn,
  type SettledPeriod,
  type StatementFile,
  settledBook,
  standingOf,
  statementOf,
  type TradingBatch,
  verifyBalanceProof,
} from '@opem/domain'
import { keccak256 } from 'viem'
import type { CommunityOnChain } from '../chain/read-community.ts'
import { memberOf } from '../community/profile.ts'
import { refusal } from '../failure.ts'
import type { Instance } from '../instance/instance.ts'
import { type AuditedMonth, auditedMonth, proofOf } from './month.ts'
import { ownStatement } from './own.ts'

const keccak = (bytes: Uint8Array) => keccak256(bytes, 'bytes')

/** The member's own balances in a batch, each held against the chain's root by its Merkle proof. */
function balancesOf(chain: CommunityOnChain, evidence: TradingBatch, member: Hex): SettledPeriod[] {
  const { view, batches } = chain
  const onChain = batches.find(({ start }) => start === evidence.start)
  if (onChain === undefined) return []
  const frame = { chainId: view.chainId, community: view.community, revision: onChain.revision }
  const commitment = commitBatch(keccak, { ...frame, books: evidence.books })
  return evidence.books.flatMap((book) => {
    const { start } = book
    const balance = book.balances.find((candidate) => candidate.member === member)
    if (balance === undefined) return []
    if (!verifyBalanceProof(keccak, { ...frame, root: onChain.root }, balance, commitment.proofOf(start, member))) {
      throw refusal(
        'ERR_NOT_PROVEN',
        `The balance of ${member} in the period ${formatInstant(start)} is not under the root on chain ${onChain.root}: opem audit names what was changed.`,
      )
    }
    return [settledBook(book, view.periodSeconds, member)]
  })
}

/** In which batch each period of an audited month is settled. */
export function settledIn({
  chain: { view },
  batches,
  from,
  to,
}: Pick<AuditedMonth, 'chain' | 'batches' | 'from' | 'to'>): Map<number, SettledIn> {
  const found = new Map<number, SettledIn>()
  for (const batch of batches)
    for (let i = 0; i < batch.periods; i++) {
      const start = batch.start + i * view.periodSeconds
      if (start >= from && start < to) found.set(start, batch)
    }
  return found
}

/** A member's statement out of an audited month; each balance is proven against the chain. @throws ERR_NOT_PROVEN, ERR_MEMBER */
export function memberStatement(audited: AuditedMonth, idOrName: string): StatementFile {
  const { profile, chain, month, evidence, prices, adjusted, asOf } = audited
  const member = memberOf(profile, idOrName)
  const periods = evidence.flatMap((batch) => balancesOf(chain, batch, member.id))
  const { rules, timeZone } = profile
  const statement = statementOf({ member: member.id, periods, rules, prices, timeZone, month, adjusted })
  const inMonth = periods.map(({ start }) => start).filter((start) => start >= audited.from && start < audited.to)
  return {
    community: { id: profile.id, name: profile.name },
    member: { id: member.id, name: member.name },
    statement,
    standing: standingOf(settledIn(audited), inMonth, chain.correctionWindow, asOf),
    proof: proofOf(audited),
  }
}

/**
 * A member's local month out of settled batches: everything is audited first. To who may see their own balances only,
 * each of these is proven by the hashes beside it.
 * @throws ERR_NOT_SOUND, ERR_NOT_PROVEN
 */
export async function gatherStatement(
  instance: Instance,
  {
    member,
    ...wanted
  }: { readonly community: string; readonly member: string; readonly month: string; readonly until?: number },
): Promise<StatementFile> {
  const audited = await auditedMonth(instance, wanted).catch((cause: { code?: unknown }) => {
    if (cause.code === 'ERR_NOT_ALLOWED') return undefined
    throw cause
  })
  return audited ? memberStatement(audited, member) : ownStatement(instance, { ...wanted, member })
}
