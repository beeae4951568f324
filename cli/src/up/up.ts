import { mkdirSync } from 'node:fs'
import { refusal } from '../failure.ts'
import { buildPage } from '../page/build-page.ts'
import { prepareAccess } from './access/prepare.ts'
import { readDeployment } from './deployment.ts'
import type { Part, PartState } from './part.ts'
import { partsOf } from './parts.ts'
import { whoHolds } from './ports.ts'
import { identityOf } from './process.ts'
import { endLeftovers, readRun, writeRun } from './run-file.ts'
import { environmentOf, readSettings, type Settings } from './settings.ts'
import { claimHome } from './single.ts'
import { supervise } from './supervisor.ts'

export interface Wanted {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly demo: boolean
  /** Only these parts, with what they wait for. */
  readonly only?: readonly string[]
}

/** How a newcomer gets past the door of the demo. */
const WAY_IN = `Come in: connect the development wallet on the page and register as a person; this development chain has an issuer that
gives you the credential. Account 0 administers Sunny Street, accounts 1 to 7 are its members, account 8 operates and governs
the marketplace unless OPEM_OPERATOR_DIDS names others, account 9 is a visitor.
`

const say = (line: string) => process.stdout.write(`${line}\n`)

/** `wanted` and everything that it waits for, directly or through others. */
export function onlyThese(parts: readonly Part[], wanted: readonly string[]): Part[] {
  const byName = new Map(parts.map((part) => [part.name, part]))
  const unknown = wanted.filter((name) => !byName.has(name))
  if (unknown.length > 0) {
    throw refusal(
      'ERR_PART_UNKNOWN',
      `There is no part ${unknown.join(', ')}: the parts are ${[...byName.keys()].join(', ')}.`,
    )
  }
  const chosen = new Set<string>()
  const choose = (name: string) => {
    if (chosen.has(name)) return
    chosen.add(name)
    for (const before of byName.get(name)?.after ?? []) choose(before)
  }
  wanted.forEach(choose)
  return parts.filter(({ name }) => chosen.has(name))
}

async function refuseTakenPorts(parts: readonly Part[], { port }: Settings): Promise<void> {
  for (const part of parts) {
    for (const number of part.command ? (part.ports ?? []) : []) {
      const holder = await whoHolds(number)
      if (holder === undefined) continue
      throw refusal(
        'ERR_PORT_TAKEN',
        `Port ${number}, which ${part.name} needs, is taken by ${holder}: end that program, or set OPEM_PORT (now ${port}) to the first of twenty free ports.`,
      )
    }
  }
}

/** Resolves with the signal that asks this process to end. */
const askedToEnd = () =>
  new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(signal))
  })

/** Runs the marketplace in the foreground: returns when it was asked to end and has ended. */
export async function up({ env, demo, only }: Wanted): Promise<void> {
  const settings = readSettings(env)
  const { home } = settings
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const release = await claimHome(home)
  if (release === undefined) {
    const pid = readRun(home)?.pid
    throw refusal(
      'ERR_ALREADY_RUNNING',
      `OPEM runs already in ${home}${pid ? ` as process ${pid}` : ''}, page ${settings.urls.api}: opem status shows it, opem down ends it.`,
    )
  }
  const leftovers = await endLeftovers(home)
  if (leftovers.length > 0) say(`ended what the last run had left: ${leftovers.join(', ')}`)

  const all = partsOf(settings, { demo, say })
  const parts = only ? onlyThese(all, only) : all
  await refuseTakenPorts(parts, settings)
  if (parts.some(({ name }) => name === 'api')) await buildPage(say)
  await prepareAccess(home, { demo })
  const end = askedToEnd()
  const self = identityOf(process.pid)
  let last: readonly PartState[] = []
  const record = () => writeRun(home, { ...self, parts: last, deployment: readDeployment(home) })

  say(`OPEM starts in ${home} (Ctrl-C ends it)`)
  const supervisor = supervise(parts, {
    home,
    env: environmentOf(settings),
    say,
    changed: (states) => {
      last = states
      record()
    },
  })
  try {
    const first = await Promise.race([supervisor.ready, end])
    if (first === undefined) {
      record()
      const page = parts.some(({ name }) => name === 'api') ? `: ${settings.urls.api}` : ''
      say(`\nOPEM is ready${page}\n`)
      if (demo && page !== '' && !settings.replaced.has('chain')) say(WAY_IN)
      await end
    }
  } finally {
    say('ending …')
    await supervisor.end()
    release()
    say('ended; the data is kept')
  }
}
