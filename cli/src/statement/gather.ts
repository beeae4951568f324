import {
  commitBatch,
  formatInstant,
  localMonth,
  type SettledPeriod,
  type Statement,
  statementOf,
  verifyBalanceProof,
  Wh,
} from '@opem/domain'
import { keccak256 } from 'viem'
import { audit } from '../audit/audit.ts'
import { auditLines } from '../audit/report.ts'
import { type CommunityOnChain, readCommunity } from '../chain/read-community.ts'
import { memberOf, type Profile, readProfile } from '../community/profile.ts'
import { evidenceOfApi, type Piece } from '../evidence/source.ts'
import { refusal } from '../failure.ts'
import type { Instance } from '../instance/instance.ts'
import { readPrices, seriesIn } from '../instance/prices.ts'
import { readCheckedPrices } from '../prices/checked-prices.ts'

const keccak = (bytes: Uint8Array) => keccak256(bytes, 'bytes')

/** A member's month with what proves it: the batches on chain that hold its balances. */
export interface ProvenStatement {
  readonly profile: Profile
  readonly member: Profile['members'][number]
  readonly statement: Statement
  readonly proof: {
    readonly chainId: number
    readonly settlement: string
    readonly batches: readonly { readonly start: string; readonly revision: number; readonly root: string }[]
  }
}

/** The member's own balances in a piece of evidence, each held against the chain's root by its Merkle proof. */
function balancesOf(chain: CommunityOnChain, piece: Piece, member: `0x${string}`): SettledPeriod[] {
  if ('broken' in piece) return []
  const { view, batches } = chain
  const onChain = batches.find(({ start }) => start === piece.batch.start)
  if (onChain === undefined) return []
  const frame = { chainId: view.chainId, community: view.community, revision: onChain.revision }
  const commitment = commitBatch(keccak, { ...frame, books: piece.batch.books })
  return piece.batch.books.flatMap(({ start, surplus, demand, shared, balances }) => {
    const balance = balances.find((candidate) => candidate.member === member)
    if (balance === undefined) return []
    if (!verifyBalanceProof(keccak, { ...frame, root: onChain.root }, balance, commitment.proofOf(start, member))) {
      throw refusal(
        'ERR_NOT_PROVEN',
        `The balance of ${member} in the period ${formatInstant(start)} is not under the root on chain ${onChain.root}: opem audit names what was changed.`,
      )
    }
    const { energyImport, energyExport, bought, sold } = balance
    const net = energyImport - energyExport
    const settled = {
      member,
      energyImport,
      energyExport,
      bought,
      sold,
      gridImport: Wh(net > 0n ? net - bought : 0n),
      gridExport: Wh(net < 0n ? -net - sold : 0n),
    }
    return [{ start, seconds: view.periodSeconds, surplus, demand, shared, members: [settled] }]
  })
}

/**
 * A member's local month out of settled batches: everything is audited first, each balance is proven against the chain.
 * @throws ERR_NOT_SOUND naming the first place where chain and evidence differ, ERR_NOT_PROVEN
 */
export async function gatherStatement(
  instance: Instance,
  wanted: { readonly community: string; readonly member: string; readonly month: string },
): Promise<ProvenStatement> {
  const { api, chain: client, contracts, fromBlock } = instance
  const profile = await readProfile(api, wanted.community)
  const member = memberOf(profile, wanted.member)
  const { start: from, end: to } = localMonth(wanted.month, profile.timeZone)
  const chain = await readCommunity(client, { settlement: contracts.settlement, community: profile.id, fromBlock })
  const { view } = chain
  const batches = chain.batches.filter(
    ({ start, periods }) => start < to && start + periods * view.periodSeconds > from,
  )
  const prices = await readPrices(api, seriesIn(profile.rules), from, to)
  const committedPrices = await readCheckedPrices(instance, profile.rules, { from, to })
  const periods: SettledPeriod[] = []
  async function* evidence() {
    for await (const piece of evidenceOfApi(api, profile.id, view.periodSeconds, batches, view.members.length)) {
      yield piece
      pieces.push(piece)
    }
  }
  const pieces: Piece[] = []
  const verdict = await audit({
    chain,
    evidence: evidence(),
    rulesDocs: profile.rules,
    prices,
    committedPrices,
    from,
    to,
  })
  if (!verdict.ok)
    throw refusal(
      'ERR_NOT_SOUND',
      `No statement is made of balances that do not hold: ${auditLines(profile.name, verdict).at(-1)}`,
    )
  for (const piece of pieces) periods.push(...balancesOf(chain, piece, member.id))
  const statement = statementOf({
    member: member.id,
    periods,
    rules: profile.rules,
    prices,
    timeZone: profile.timeZone,
    month: wanted.month,
  })
  return {
    profile,
    member,
    statement,
    proof: {
      chainId: view.chainId,
      settlement: view.settlement,
      batches: batches.map(({ start, revision, root }) => ({ start: formatInstant(start), revision, root })),
    },
  }
}
