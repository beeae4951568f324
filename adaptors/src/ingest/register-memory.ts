import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { OpemError } from '@opem/domain'
import { z } from 'zod'
import type { RegisterState } from '../harmonise/registers.ts'

const Wh = z
  .string()
  .regex(/^\d+$/)
  .transform((text) => BigInt(text))
const State = z.strictObject({
  at: z.number().int(),
  importWh: Wh,
  exportWh: Wh,
  boundary: z.strictObject({ at: z.number().int(), importWh: Wh, exportWh: Wh, exact: z.boolean() }).optional(),
  wrappedImportWh: Wh,
  wrappedExportWh: Wh,
})
const Memory = z.strictObject({ version: z.literal(1), seconds: z.number(), meters: z.record(z.string(), State) })

/**
 * What ingest remembers of each meter's registers across restarts: a telegram is acknowledged only after the register it
 * brought is kept, since the next telegram needs it to make energy.
 */
export interface RegisterMemory {
  readonly meters: Map<string, RegisterState>
  /** atomic and on disk when it resolves */
  save(): Promise<void>
}

const FILE = 'registers.json'

/** A memory of another period length is not continued: its boundaries fall elsewhere. */
export async function openRegisterMemory(dir: string, seconds: number): Promise<RegisterMemory> {
  const path = join(dir, FILE)
  const known = await read(path)
  const meters = new Map<string, RegisterState>(known?.seconds === seconds ? Object.entries(known.meters) : [])
  return {
    meters,
    async save() {
      const memory = { version: 1, seconds, meters: Object.fromEntries(meters) }
      const file = await open(`${path}.new`, 'w', 0o600)
      try {
        await file.writeFile(
          JSON.stringify(memory, (_, value) => (typeof value === 'bigint' ? value.toString() : value)),
        )
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(`${path}.new`, path)
    },
  }
}

async function read(path: string): Promise<z.output<typeof Memory> | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return undefined
  }
  const memory = Memory.safeParse(parseJson(text))
  if (memory.success) return memory.data
  throw new OpemError({
    code: 'ERR_REGISTER_MEMORY',
    shortMessage: `${path} cannot be read; move it away to begin with empty registers (the running period of each meter is then left open)`,
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
