import {
  adjustedPeriods,
  type BalanceProof,
  type ChainBatch,
  formatInstant,
  type Hex,
  parseTradingBatch,
  rulesHash,
  type SettledPeriod,
  type StatementFile,
  seriesOfRules,
  settledBook,
  standingOf,
  statementOf,
  type TradingBatch,
  unpackTotals,
  verifyBalanceProof,
} from '@opem/domain'
import { keccak256 } from 'viem'
import { z } from 'zod'
import type { CommunityOnChain } from '../chain/read-community.ts'
import { memberOf, type Profile } from '../community/profile.ts'
import { adjustmentsOfApi } from '../evidence/source.ts'
import { refusal } from '../failure.ts'
import type { Instance } from '../instance/instance.ts'
import { readPrices, seriesIn } from '../instance/prices.ts'
import { readCheckedPrices } from '../prices/checked-prices.ts'
import { settledIn } from './gather.ts'
import { piecesOf, proofOf, readMonth } from './month.ts'

const keccak = (bytes: Uint8Array) => keccak256(bytes, 'bytes')

const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hex)
const Proofs = z.object({
  batches: z.array(
    z.object({
      proofs: z.array(
        z.object({
          start: z.string().transform((text) => Date.parse(text) / 1000),
          totals: z.string().regex(/^\d+$/).transform(BigInt),
          toMembersRoot: z.array(hash),
          toBatchRoot: z.array(hash),
        }),
      ),
    }),
  ),
})

/**
 * A member's month for themselves, who may not see their neighbours': each balance is led to the root on chain by the
 * hashes beside it, the sums, the rules and the market's prices are those on chain, and no period of the membership is
 * missing. Adjustments are as the API tells them: no proof of one balance in them exists.
 * @throws ERR_NOT_PROVEN naming the first place that is not what the chain holds
 */
export async function ownStatement(
  instance: Instance,
  { member: idOrName, ...wanted }: { community: string; member: string; month: string; until?: number },
): Promise<StatementFile> {
  const { api } = instance
  const read = await readMonth(instance, wanted)
  const { profile, chain, month, from, to, batches, asOf } = read
  const member = memberOf(profile, idOrName)
  const { rules, timeZone } = profile
  checkRules(chain, batches, rules)

  const own = async (bases: readonly ChainBatch[]) => {
    const spans = bases.map(({ start, periods }) => ({ from: start, to: start + periods * chain.view.periodSeconds }))
    const found = await Promise.all(spans.map((span) => ownEvidence(api, profile.id, member.id, span)))
    return found.flatMap(({ evidence, proofs }, i) => ({
      evidence,
      periods: proven(chain, bases[i]!, member.id, evidence, proofs),
    }))
  }
  const settled = await own(batches)
  const periods = settled.flatMap((one) => one.periods)

  const known = { knownFrom: from, knownTo: Math.min(to, asOf + 1) }
  const heard = (await piecesOf(adjustmentsOfApi(api, profile.id, known, member.id))).flatMap((piece) =>
    'adjustment' in piece ? [piece.adjustment] : [],
  )
  const starts = new Set(heard.map(({ batch }) => batch))
  const bases = chain.batches.filter(({ start }) => starts.has(start))
  const earlier = await own(bases)
  const span = {
    from: Math.min(from, ...bases.map(({ start }) => start)),
    to: Math.max(to, ...bases.map(({ start, periods: count }) => start + count * chain.view.periodSeconds)),
  }
  const all = heard.length === 0 ? [] : await piecesOf(adjustmentsOfApi(api, profile.id, span, member.id))
  const adjustments = all.flatMap((piece) =>
    'adjustment' in piece && starts.has(piece.adjustment.batch) && piece.adjustment.knownAt <= asOf
      ? [piece.adjustment]
      : [],
  )
  const adjusted = adjustedPeriods(
    adjustments,
    earlier.flatMap(({ evidence }) => evidence),
    member.id,
  )

  const prices = await readPrices(api, seriesIn(rules), span.from, span.to)
  await checkPrices(instance, rules, span, periods)
  const statement = statementOf({ member: member.id, periods, rules, prices, timeZone, month, adjusted })
  const inMonth = periods.map(({ start }) => start).filter((start) => start >= from && start < to)
  return {
    community: { id: profile.id, name: profile.name },
    member: { id: member.id, name: member.name },
    statement,
    standing: standingOf(settledIn(read), inMonth, chain.correctionWindow, asOf),
    proof: proofOf(read),
  }
}

async function ownEvidence(api: Instance['api'], community: Hex, member: Hex, span: { from: number; to: number }) {
  const query = new URLSearchParams({ from: formatInstant(span.from), to: formatInstant(span.to), member })
  const [{ batches }, answer] = await Promise.all([
    api.get<{ batches: unknown[] }>(`/v1/communities/${community}/trading?${query}`),
    api.get<unknown>(`/v1/communities/${community}/proofs?${query}`),
  ])
  const evidence = batches.map((raw) => {
    const parsed = parseTradingBatch(raw)
    if (parsed.ok) return parsed.value
    throw refusal('ERR_EVIDENCE', `The API keeps something that is no evidence: ${parsed.reason}`)
  })
  const told = Proofs.safeParse(answer)
  if (!told.success) throw refusal('ERR_EVIDENCE', 'The API gives proofs in a shape that this command does not know.')
  const proofs = new Map<number, BalanceProof>(
    told.data.batches.flatMap(({ proofs: found }) =>
      found.map(({ start, ...proof }) => [start, { periodStart: BigInt(start), ...proof }] as const),
    ),
  )
  return { evidence: evidence.filter(({ start }) => start === span.from), proofs }
}

/** The member's periods of a batch, each led to the root that the chain holds. */
function proven(
  { view }: CommunityOnChain,
  batch: ChainBatch,
  member: Hex,
  evidence: readonly TradingBatch[],
  proofs: ReadonlyMap<number, BalanceProof>,
): SettledPeriod[] {
  const frame = { chainId: view.chainId, community: view.community, revision: batch.revision, root: batch.root }
  const books = new Map(evidence.flatMap((one) => one.books).map((book) => [book.start, book]))
  const memberships = view.members.filter((one) => one.member === member)
  return Array.from({ length: batch.periods }, (_, i) => batch.start + i * view.periodSeconds).flatMap((start, i) => {
    if (!memberships.some((one) => one.from <= start && (one.until === null || start < one.until))) return []
    const [book, proof] = [books.get(start), proofs.get(start)]
    const balance = book?.balances.find((one) => one.member === member)
    if (!book || !balance || !proof) throw notProven(start, 'the API has no evidence of it')
    if (!verifyBalanceProof(keccak, frame, balance, proof))
      throw notProven(start, `its balance does not lead to the root on chain ${batch.root}`)
    const { surplus, demand, shared } = unpackTotals(proof.totals)
    if (
      batch.totals[i] !== proof.totals ||
      book.surplus !== surplus ||
      book.demand !== demand ||
      book.shared !== shared
    )
      throw notProven(start, 'its sums are not those on chain')
    return [settledBook(book, view.periodSeconds, member)]
  })
}

function checkRules({ view }: CommunityOnChain, batches: readonly ChainBatch[], docs: Profile['rules']): void {
  const known = new Set(docs.map((doc) => rulesHash(keccak, doc)))
  const other = batches.find(({ rules: version }) => {
    const committed = view.rules.find((one) => one.version === version)
    return committed === undefined || !known.has(committed.rulesHash)
  })
  if (other) throw notProven(other.start, 'the rules that the API has are not those on chain')
}

async function checkPrices(
  instance: Instance,
  rules: Profile['rules'],
  span: { from: number; to: number },
  periods: readonly SettledPeriod[],
): Promise<void> {
  const committed = await readCheckedPrices(instance, rules, span)
  for (const { start } of periods) {
    const doc = rules.filter((one) => Date.parse(one.from) / 1000 <= start).at(-1)
    for (const series of doc ? seriesOfRules(doc) : []) {
      const segment = committed.find((one) => one.series === series && one.from <= start && start < one.until)
      if (segment === undefined || segment.found !== segment.hash)
        throw notProven(start, `the chain has no commitment to these prices of ${series}`)
    }
  }
}

const notProven = (start: number, why: string) =>
  refusal('ERR_NOT_PROVEN', `The period ${formatInstant(start)} is not proven: ${why}.`)
