import { settlementAbi } from '@opem/contracts'
import type {
  Adjustment,
  AdjustmentVerdict,
  AuditedFund,
  ChainBatch,
  Finding,
  PriceSeries,
  RulesDocument,
  TradingBatch,
  Verdict,
} from '@opem/domain'
import { auditAdjustments, auditBatch, auditFunds, auditSequence, seriesOfRules } from '@opem/domain'
import type { Address, PublicClient } from 'viem'
import { recoverTypedDataAddress } from 'viem'
import type { Settings } from '../api/settings.ts'
import type { Range } from '../api/trading.ts'
import { keccak } from '../chain/keccak.ts'
import { checkedPrices } from '../chain/price-book.ts'
import { listBatches, readChainView } from '../chain/view.ts'

export type AuditRequest = {
  client: PublicClient
  settings: Settings
  community: Address
  range: Range
  /** Of the community: months are local. */
  timeZone: string
  rulesDocs: readonly RulesDocument[]
  prices: readonly PriceSeries[]
  /** Prices of one series, for what the chain committed to. */
  pricesIn(series: string, range: Range): Promise<readonly PriceSeries[]>
  /** Evidence of the batches that overlap a range: from the API or a file, it makes no difference. */
  evidenceOf(range: Range): Promise<readonly TradingBatch[]>
  /** What became known after finality; only periods of the range count. */
  adjustments: readonly Adjustment[]
  onProgress(done: number, of: number, verdicts: readonly Verdict[]): void
  signal: AbortSignal
}

export type AuditOutcome = {
  verdicts: readonly Verdict[]
  adjustments: readonly AdjustmentVerdict[]
  /** What the community's fund holds of each local month, out of the range's periods. */
  funds: readonly AuditedFund[]
  sequence: readonly Finding[]
  batches: number
  /** Seconds in which a settled batch may be corrected, and when this was asked. */
  correctionWindow: number
  asOf: number
}

/** Evidence is fetched for a week of batches at a time, so that a year never stands in memory at once. */
const CHUNK = 7 * 86_400

/** Recomputes every batch that overlaps the range in this browser. The chain is read through `/chain`, event by event. */
export async function runAudit(request: AuditRequest): Promise<AuditOutcome> {
  const { client, settings, community, range, evidenceOf, onProgress, signal } = request
  const chain = await readChainView(client, settings, community)
  const all = await listBatches(client, settings, community)
  const end = (batch: { start: number; periods: number }) => batch.start + batch.periods * chain.periodSeconds
  const wanted = all.filter((batch) => end(batch) > range.from && batch.start < range.to)
  const committedPrices = await checkedPrices(
    client,
    settings,
    [...new Set(request.rulesDocs.flatMap(seriesOfRules))],
    range,
    request.pricesIn,
  )
  const verdicts: Verdict[] = []
  const read: ChainBatch[] = []
  let held = new Map<number, TradingBatch>()
  let heldTo = 0
  for (const [i, listed] of wanted.entries()) {
    signal.throwIfAborted()
    if (listed.start >= heldTo) {
      heldTo = listed.start + CHUNK
      held = new Map((await evidenceOf({ from: listed.start, to: heldTo })).map((one) => [one.start, one]))
    }
    const batch: ChainBatch = await listed.read()
    read.push(batch)
    const found = await auditBatch({
      keccak,
      recoverSigner: (data, signature) => recoverTypedDataAddress({ ...data, signature }),
      chain,
      batch,
      evidence: held.get(listed.start),
      rulesDocs: request.rulesDocs,
      prices: request.prices,
      committedPrices,
    })
    verdicts.push(...found.filter((one) => one.start >= range.from && one.start < range.to))
    onProgress(i + 1, wanted.length, verdicts)
  }
  const correctionWindow = await client.readContract({
    address: settings.addresses.Settlement,
    abi: settlementAbi,
    functionName: 'correctionWindow',
  })
  const inRange = request.adjustments.filter(({ start }) => start >= range.from && start < range.to)
  const adjustments = await auditAdjustments(
    {
      ...{ keccak, chain, rulesDocs: request.rulesDocs, batches: read, correctionWindow: Number(correctionWindow) },
      recoverSigner: (data, signature) => recoverTypedDataAddress({ ...data, signature }),
    },
    inRange,
  )
  const sound = inRange.filter((one) =>
    adjustments.some(({ ok, start, number }) => ok && start === one.start && number === one.number),
  )
  const { rulesDocs: rules, prices, timeZone } = request
  const funds = auditFunds({ verdicts, adjustments: sound, rules, prices, timeZone })
  const { timestamp } = await client.getBlock()
  return {
    ...{ verdicts, adjustments, funds, sequence: auditSequence(chain, all), batches: wanted.length },
    correctionWindow: Number(correctionWindow),
    asOf: Math.max(Math.floor(Date.now() / 1000), Number(timestamp)),
  }
}
