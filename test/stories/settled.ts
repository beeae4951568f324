import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Instance, until } from '../instance.ts'

export interface CommunityFile {
  name: string
  timeZone: string
  periodSeconds: 900 | 3600
  batchPeriods: 1 | 'day'
  startsAt: string
  stopsAt?: string
  rules: unknown[]
  members: { name: string; meters: string[] }[]
}

export interface Founded {
  id: `0x${string}`
  members: { id: `0x${string}`; name: string; account: `0x${string}` }[]
}

/** Tariffs in micro-EUR per kWh that all stories share: 12 ct inside for consumers, 10 ct for producers, 25 ct retail, 5 ct feed-in. */
export const tariffs = {
  communityConsumption: { kind: 'fixed', microEurPerKwh: 120_000 },
  communityProduction: { kind: 'fixed', microEurPerKwh: 100_000 },
  commercial: { kind: 'fixed', microEurPerKwh: 250_000 },
  feedIn: { kind: 'fixed', microEurPerKwh: 50_000 },
}

export const evenRules = (from: string) => [
  { version: 1, from, allocation: { key: 'even', rounds: 'iterate' }, tariffs, pricing: 'tariffs' },
]

/** Founds a community through the command line, with wallets of the development words. */
export async function found(
  instance: Instance,
  community: CommunityFile,
  { start }: { start: boolean },
): Promise<Founded> {
  const file = join(instance.home, `${community.name.replace(/\W+/g, '-')}.json`)
  writeFileSync(file, JSON.stringify(community))
  const words = ['community', 'create', '--file', file, '--development', '--json', ...(start ? ['--start'] : [])]
  return JSON.parse(await instance.opem(...words)) as Founded
}

/** The subgraph's periods of a community, in time order: what the page shows. */
export async function indexedPeriods(instance: Instance, community: string): Promise<IndexedPeriod[]> {
  const all: IndexedPeriod[] = []
  for (;;) {
    const after = all.at(-1)?.start ?? '0'
    const { periods } = await instance.query<{ periods: IndexedPeriod[] }>(
      `query($community: String!, $after: BigInt!) {
        periods(first: 1000, orderBy: start, where: { community: $community, start_gt: $after }) {
          start surplus demand shared members revision
        }
      }`,
      { community, after },
    )
    all.push(...periods)
    if (periods.length < 1000) return all
  }
}

export interface IndexedPeriod {
  start: string
  surplus: string
  demand: string
  shared: string
  members: number
  revision: number
}

/** Waits until the subgraph knows `count` settled periods. */
export async function untilIndexed(
  instance: Instance,
  community: string,
  count: number,
  milliseconds: number,
): Promise<IndexedPeriod[]> {
  let found: IndexedPeriod[] = []
  await until(`${count} periods of ${community} are settled and indexed`, milliseconds, async () => {
    found = await indexedPeriods(instance, community)
    if (found.length < count) throw new Error(`${found.length} of ${count}`)
    return true
  })
  return found
}

/** All evidence of a community, batch by batch, through the command line; waits until the oracle has written all of it. */
export async function evidenceOf(instance: Instance, community: string): Promise<unknown[]> {
  const out = join(instance.home, `evidence-${community}.jsonl`)
  await until('the evidence is written', 120_000, async () => {
    await instance.opem('evidence', '--community', community, '--out', out)
    return true
  })
  return readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}
