import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Address, createPublicClient, defineChain, http } from 'viem'
import { z } from 'zod'
import { deploy } from '../../../contracts/deploy.ts'
import { fund, openKeys } from './keys.ts'
import type { Settings } from './settings.ts'

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/)
const Deployment = z.object({
  chainId: z.int(),
  block: z.int(),
  addresses: z.record(z.string(), address),
})

export type Deployment = z.infer<typeof Deployment>

export const deploymentFile = (home: string): string => join(home, 'deployment.json')

/** What $OPEM_HOME/deployment.json says; undefined before the first deployment. */
export function readDeployment(home: string): Deployment | undefined {
  const file = deploymentFile(home)
  return existsSync(file) ? Deployment.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}

function write(home: string, deployment: Deployment): void {
  const temporary = `${deploymentFile(home)}.tmp`
  writeFileSync(temporary, `${JSON.stringify(deployment, null, 1)}\n`)
  renameSync(temporary, deploymentFile(home))
}

/** Keys, money and contracts: everything that parts on the chain rely on. A second call finds it as it was. */
async function prepare({ home, urls }: Settings, say: (line: string) => void): Promise<void> {
  const chainId = await createPublicClient({ transport: http(urls.chain) }).getChainId()
  const chain = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [urls.chain] } },
  })
  const client = createPublicClient({ chain, transport: http() })
  const keys = await openKeys(home)
  await fund(chain, keys, say)
  const known = readDeployment(home)
  const code = known?.chainId === chainId && (await client.getCode({ address: known.addresses.Settlement as Address }))
  if (known && code && code !== '0x') return
  const deployment = await deploy({ chainUrl: urls.chain, operator: keys.operator, oracles: keys.oracles })
  write(home, Deployment.parse(deployment))
  say(`contracts  deployed on chain ${chainId} at block ${deployment.block}`)
}

/** The preparation as a function that runs once, however many parts wait for it. */
export function deployed(settings: Settings): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= prepare(settings, (line) => process.stdout.write(`${line}\n`))
    return done
  }
}
