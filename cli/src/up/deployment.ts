import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/)

/** $OPEM_HOME/deployment.json: where the contracts are, and the block from which their events begin. */
const Deployment = z.object({ chainId: z.int(), block: z.int(), addresses: z.record(z.string(), address) })

export type Deployment = z.infer<typeof Deployment>

const fileOf = (home: string): string => join(home, 'deployment.json')

/** Undefined before the first deployment. */
export function readDeployment(home: string): Deployment | undefined {
  return existsSync(fileOf(home)) ? Deployment.parse(JSON.parse(readFileSync(fileOf(home), 'utf8'))) : undefined
}

/** Written beside and renamed: oracle nodes wait for this file, and never see half of it. */
export function writeDeployment(home: string, deployment: unknown): void {
  const temporary = `${fileOf(home)}.${process.pid}.tmp`
  writeFileSync(temporary, `${JSON.stringify(Deployment.parse(deployment), null, 1)}\n`)
  renameSync(temporary, fileOf(home))
}
