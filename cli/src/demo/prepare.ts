import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { energyCommunityAbi, settlementAbi } from '@opem/contracts'
import { developmentWallet } from '@opem/ssi'
import type { Address } from 'viem'
import { developmentDataSources } from '../community/data-sources.ts'
import { foundCommunity } from '../community/found.ts'
import { call, send } from '../community/transactions.ts'
import { refusal } from '../failure.ts'
import { type Instance, openInstance } from '../instance/instance.ts'
import type { Settings } from '../up/settings.ts'
import { beginningOf, INTERVAL_SECONDS, simulatedStreet, sunnyStreet } from './sunny-street.ts'

/** The demo community as it was founded; the file is written last, so it stands for "founded". */
interface Demo {
  readonly id: Address
  readonly meters: readonly string[]
  /** Readings of each meter in the past that the simulator delivers before settlement starts. */
  readonly readings: number
}

const HOUR = 3600
const DELIVERED_WITHIN_MS = 180_000
const administrator = developmentWallet(0)

/** What the simulator reads (adaptors/src/simulator). */
export const simulatorFile = (home: string): string => join(home, 'demo', 'simulator.json')
const demoFile = (home: string): string => join(home, 'demo', 'community.json')
const readDemo = (home: string): Demo => JSON.parse(readFileSync(demoFile(home), 'utf8')) as Demo

const open = ({ home, urls }: Settings): Promise<Instance> => openInstance({ api: urls.api, chain: urls.chain }, home)

/**
 * Founds the demo community at the first start, through the same doors as everybody: chain transactions signed by
 * development wallets (the administrator is the first, members the next seven), consents through the API.
 */
export async function foundDemo(settings: Settings, say: (line: string) => void): Promise<void> {
  const { home } = settings
  if (existsSync(demoFile(home))) return
  const now = Math.floor(Date.now() / 1000)
  const from = beginningOf(now)
  const street = sunnyStreet(from)
  const wallets = async (_member: unknown, place: number) => developmentWallet(place + 1)
  const instance = await open(settings)
  const founded = await foundCommunity(instance, administrator, street, wallets, {
    start: false,
    dataSources: developmentDataSources(instance),
  })
  write(simulatorFile(home), simulatedStreet(from))
  const meters = street.members.flatMap((member) => member.meters.map(({ meter }) => meter))
  const readings = (Math.floor(now / HOUR) * HOUR - from) / INTERVAL_SECONDS
  write(demoFile(home), { id: founded.id, meters, readings } satisfies Demo)
  say(`demo         ${founded.name} founded with ${founded.members.length} members: ${founded.id}`)
}

/**
 * Starts the demo's settlement when the simulated meters have delivered their past: an hour that is settled without its
 * readings would be settled on substitutes.
 * @throws ERR_DEMO when the past does not arrive
 */
export async function startDemo(settings: Settings): Promise<void> {
  const { id, meters, readings } = readDemo(settings.home)
  const instance = await open(settings)
  const { chain, contracts, api } = instance
  const settlement = { address: contracts.settlement, abi: settlementAbi, args: [id] } as const
  const until = await chain.readContract({ ...settlement, functionName: 'settlesUntil' })
  if (until > (await chain.readContract({ ...settlement, functionName: 'nextPeriod' }))) return
  const deadline = Date.now() + DELIVERED_WITHIN_MS
  while (!(await delivered(api, meters, readings).catch(() => false))) {
    if (Date.now() > deadline) {
      throw refusal(
        'ERR_DEMO',
        `The simulated meters' past did not arrive within ${DELIVERED_WITHIN_MS / 1000} s: see the logs of simulator, broker, ingest and api.`,
      )
    }
    await pause(250)
  }
  await send(chain, administrator, call(id, energyCommunityAbi, 'start', []))
}

/** Whether the API knows so many readings of every meter. */
async function delivered(api: Instance['api'], meters: readonly string[], readings: number): Promise<boolean> {
  const known = await api.get<{ meters: { meter: string; readings: number }[] }>('/v1/meters')
  const counts = new Map(known.meters.map((meter) => [meter.meter, meter.readings]))
  return meters.every((meter) => (counts.get(meter) ?? 0) >= readings)
}

function write(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.tmp`, `${JSON.stringify(value, null, 1)}\n`)
  renameSync(`${file}.tmp`, file)
}
