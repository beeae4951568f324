import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MarketRole } from '@opem/domain'
import { createKeyFile, developmentWallet } from '@opem/ssi'
import { keccak256, toHex } from 'viem'
import { vi } from 'vitest'
import { didOf } from '../../../offchain-api/src/testing/access-world.ts'
import { openMarketWorld, type Trader } from '../../../offchain-api/src/testing/market-world.ts'
import { main } from '../main.ts'

export type CommandLine = Awaited<ReturnType<typeof openCommandLine>>

/**
 * `opem …` in this process, against a real API, chain, store and lake. Everybody has a key file and is signed in; "administrator"
 * operates the marketplace.
 */
export async function openCommandLine() {
  const world = await openMarketWorld({
    lake: true,
    environment: { OPEM_OPERATOR_DIDS: didOf('administrator') },
  })
  const home = join(world.folder.path, 'home')
  await mkdir(join(home, 'keys'), { recursive: true })
  await writeFile(join(home, 'deployment.json'), JSON.stringify(world.chain.deployment))
  vi.stubEnv('OPEM_HOME', home)
  vi.stubEnv('OPEM_API_URL', world.api().url)
  vi.stubEnv('OPEM_CHAIN_URL', world.chain.anvil.url)

  /** What a command printed. @throws Error with what it said when it failed */
  async function opem(...words: string[]): Promise<string> {
    const [out, err]: [string[], string[]] = [[], []]
    const into = (lines: string[]) => (chunk: unknown) => {
      lines.push(String(chunk))
      return true
    }
    const spies = [
      vi.spyOn(process.stdout, 'write').mockImplementation(into(out)),
      vi.spyOn(process.stderr, 'write').mockImplementation(into(err)),
    ]
    try {
      await main(['node', 'opem', ...words])
    } finally {
      for (const spy of spies) spy.mockRestore()
    }
    const failed = process.exitCode === 1
    process.exitCode = undefined
    if (failed) throw new Error(err.join(''))
    return out.join('').trim()
  }
  const told = async <T>(...words: string[]): Promise<T> => JSON.parse(await opem(...words, '--json')) as T

  /** A file in the home, for commands that read one. */
  async function file(name: string, content: unknown): Promise<string> {
    const path = join(home, name)
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }

  /** Somebody with an active account, a wallet of their name, and a session of the command line. */
  async function person(name: string, roles: readonly MarketRole[]): Promise<Trader> {
    const key =
      name === 'administrator' ? toHex(developmentWallet(0).getHdKey().privateKey!) : keccak256(toHex(`key of ${name}`))
    await createKeyFile(join(home, 'keys', `${name}.json`), key)
    const trader = await world.trader(name, roles)
    await opem('wallet', 'accept', name, await file(`${name}.jwt`, trader.credential))
    await opem('wallet', 'sign-in', name)
    return trader
  }

  const [pia, sam] = [
    await person('pia', ['service-provider', 'data-provider']),
    await person('sam', ['service-user', 'data-user']),
  ]
  // Her sessions end when she takes a new credential; nobody else's do.
  await person('ana', ['service-user'])
  const operator = await person('administrator', ['service-user'])

  return {
    ...{ world, home, opem, told, file, pia, sam, operator },
    async close() {
      vi.unstubAllEnvs()
      await world.close()
    },
  }
}
