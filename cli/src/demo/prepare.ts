import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { developmentWallet } from '@opem/ssi'
import { foundCommunity } from '../community/found.ts'
import { openInstance } from '../instance/instance.ts'
import type { Settings } from '../up/settings.ts'
import { beginningOf, simulatedStreet, sunnyStreet } from './sunny-street.ts'

/** What the simulator reads (adaptors/src/simulator): it is written last, so it stands for "the demo is founded". */
export const simulatorFile = (home: string): string => join(home, 'demo', 'simulator.json')

/**
 * Founds the demo community at the first start, through the same doors as everybody: chain transactions signed by
 * development wallets (the administrator is the first, members the next seven), consents through the API.
 */
export async function prepareDemo({ home, urls }: Settings, say: (line: string) => void): Promise<void> {
  const file = simulatorFile(home)
  if (existsSync(file)) return
  const instance = await openInstance({ api: urls.api, chain: urls.chain }, home)
  const from = beginningOf(Math.floor(Date.now() / 1000))
  const founded = await foundCommunity(
    instance,
    developmentWallet(0),
    sunnyStreet(from),
    async (_member, place) => developmentWallet(place + 1),
    { start: true },
  )
  write(file, simulatedStreet(from))
  say(`demo         ${founded.name} founded with ${founded.members.length} members: ${founded.id}`)
}

function write(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.tmp`, `${JSON.stringify(value, null, 1)}\n`)
  renameSync(`${file}.tmp`, file)
}
