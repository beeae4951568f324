import { energyCommunityAbi } from '@opem/contracts'
import { developmentWallet } from '@opem/ssi'
import { type Address, createPublicClient, createWalletClient, http } from 'viem'
import { foundry } from 'viem/chains'
import { type Instance, startInstance, until } from '../../test/instance.ts'
import { evenRules, found } from '../../test/stories/settled.ts'

const HOURS = 24
const MEMBERS = 8
const start = Math.floor(Date.now() / 3_600_000) * 3600 - (HOURS + 2) * 3600
const iso = (epoch: number) => new Date(epoch * 1000).toISOString().replace('.000', '')

export interface LatencyFigures {
  readonly hours: number
  readonly members: number
  readonly p50Seconds: number
  readonly p95Seconds: number
  readonly baselineP50Seconds: number
  readonly ratio: number
}

/**
 * Seconds from the last reading of an hour (accepted: durable in the lake) to its balances on the page: the period in the
 * subgraph and the evidence in the unified API, which is all that the member page reads. The hour is over and settlement
 * stands just before it, so the figure has the administrator's start transaction in it and no grace (30 s by default) that
 * live hours wait for stragglers. Baseline in the same run: that start transaction alone, from sending it to seeing it in
 * the subgraph: the least that anything on chain can take.
 */
export async function run(): Promise<LatencyFigures> {
  const instance = await startInstance()
  try {
    const community = await found(
      instance,
      {
        name: 'Latency',
        timeZone: 'UTC',
        periodSeconds: 3600,
        batchPeriods: 1,
        startsAt: iso(start),
        rules: evenRules(iso(start)),
        members: Array.from({ length: MEMBERS }, (_, place) => ({ name: `M${place}`, meters: [`latency-${place}`] })),
      },
      { start: false },
    )
    const seconds: number[] = []
    const floor: number[] = []
    for (let hour = 0; hour < HOURS; hour++) {
      const at = start + hour * 3600
      await postHour(instance, at)
      const last = performance.now()
      await openHour(instance, community.id, at + 3600)
      const since = (began: number) => (performance.now() - began) / 1000
      const seen = visible(
        `hour ${hour} may be settled`,
        async () => (await indexed(instance, community.id)).until === at + 3600,
      )
      const shown = visible(`hour ${hour} is on the page`, () => isOnPage(instance, community.id, at))
      await seen
      floor.push(since(last))
      await shown
      seconds.push(since(last))
    }
    const figures = {
      hours: HOURS,
      members: MEMBERS,
      p50Seconds: quantile(seconds, 0.5),
      p95Seconds: quantile(seconds, 0.95),
      baselineP50Seconds: quantile(floor, 0.5),
      ratio: Math.round((quantile(seconds, 0.5) / quantile(floor, 0.5)) * 100) / 100,
    }
    console.table({
      'last reading → balance on the page': { 'p50 s': figures.p50Seconds, 'p95 s': figures.p95Seconds },
      'baseline: one transaction → subgraph': { 'p50 s': figures.baselineP50Seconds, 'p95 s': quantile(floor, 0.95) },
    })
    return figures
  } finally {
    await instance.remove()
  }
}

async function postHour(instance: Instance, at: number): Promise<void> {
  const readings = Array.from({ length: MEMBERS }, (_, place) => ({
    meter: `latency-${place}`,
    start: iso(at),
    seconds: 3600,
    importWh: place % 2 === 0 ? 700 + place : 0,
    exportWh: place % 2 === 0 ? 0 : 500 + place,
    quality: 'measured',
    source: 'bench:latency',
    knownAt: iso(at + 3600),
  }))
  const response = await instance.fetch('/v1/readings', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ readings }),
  })
  const answer = (await response.json()) as { accepted?: number }
  if (answer.accepted !== MEMBERS) throw new Error(`the API answered ${JSON.stringify(answer)}`)
}

/** Starts settlement up to `end`: start and stop in the same breath. */
async function openHour(instance: Instance, community: Address, end: number): Promise<void> {
  const account = developmentWallet(0)
  const transport = http(instance.chain)
  const wallet = createWalletClient({ account, chain: foundry, transport })
  const chain = createPublicClient({ chain: foundry, transport })
  const nonce = await chain.getTransactionCount({ address: account.address })
  const contract = { address: community, abi: energyCommunityAbi, gas: 300_000n } as const
  await wallet.writeContract({ ...contract, functionName: 'start', nonce })
  await wallet.writeContract({ ...contract, functionName: 'stop', args: [BigInt(end)], nonce: nonce + 1 })
}

async function indexed(instance: Instance, id: string): Promise<{ until: number }> {
  const { community } = await instance.query<{ community: { settlesUntil: string | null } }>(
    'query($id: Bytes!) { community(id: $id) { settlesUntil } }',
    { id },
  )
  return { until: Number(community.settlesUntil) }
}

async function isOnPage(instance: Instance, community: string, at: number): Promise<boolean> {
  const { periods } = await instance.query<{ periods: unknown[] }>(
    'query($community: String!, $start: BigInt!) { periods(where: { community: $community, start: $start }) { shared } }',
    { community, start: String(at) },
  )
  if (periods.length === 0) return false
  const { batches } = await instance.api<{ batches: unknown[] }>(
    `/v1/communities/${community}/trading?from=${iso(at)}&to=${iso(at + 3600)}`,
  )
  return batches.length === 1
}

const visible = (what: string, condition: () => Promise<boolean>) => until(what, 60_000, condition, 25)

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!
  return Math.round(value * 1000) / 1000
}
