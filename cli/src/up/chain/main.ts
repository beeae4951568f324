import { once } from 'node:events'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { OpemError } from '@opem/domain'
import { z } from 'zod'
import { assertPortFree } from './child.ts'
import { createDoor } from './door.ts'
import { type Keeper, keepChain } from './keeper.ts'

// The chain part as a process. It answers 503 while it restores, so its port is there from the start.

const Port = z.coerce.number().int().min(1).max(65535)
const settings = z
  .object({
    OPEM_CHAIN_PORT: Port,
    OPEM_ANVIL_PORT: Port,
    OPEM_CHAIN_DIR: z.string().min(1),
    OPEM_CHAIN_DEVELOPMENT_RPC: z.enum(['0', '1', '']).default('0'),
  })
  .parse(process.env)
const dir = resolve(settings.OPEM_CHAIN_DIR)
const say = (line: string) => console.log(line)

let keeper: Keeper | null = null
const door = createDoor(() => keeper, settings.OPEM_CHAIN_DEVELOPMENT_RPC === '1')
const lock = createServer()

async function begin(): Promise<void> {
  // An abstract socket named after the folder: held by one process at a time, and let go by the kernel when it dies.
  const held = once(lock, 'listening')
  lock.listen(`\0opem-chain:${dir}`)
  await held.catch((cause) => {
    const shortMessage = `another process keeps the chain in ${dir}; end it (opem down) or choose another OPEM_HOME`
    throw new OpemError({ code: 'ERR_CHAIN_FOLDER_TAKEN', shortMessage, cause })
  })
  await assertPortFree(settings.OPEM_CHAIN_PORT, 'OPEM_CHAIN_PORT')
  door.listen(settings.OPEM_CHAIN_PORT, '127.0.0.1')
  await once(door, 'listening')
  keeper = await keepChain({ dir, anvilPort: settings.OPEM_ANVIL_PORT, say })
  say(`chain ready at http://127.0.0.1:${settings.OPEM_CHAIN_PORT}`)
}

let ending = false
async function end(): Promise<void> {
  await begun.catch(() => {})
  door.close()
  await keeper?.close()
  door.closeAllConnections()
  process.exit(0)
}
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) {
  process.on(signal, () => {
    if (!ending) end()
    ending = true
  })
}

const begun = begin()
begun.catch((error) => {
  console.error(error instanceof OpemError ? `${error.code}: ${error.shortMessage}` : error)
  process.exit(1)
})
