import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createSystemKey, openSystemKey, type PublicJwk, type SystemKey } from '@opem/ssi/http-signature'
import { METERS } from '../../demo/sunny-street.ts'
import { ORACLE_NODES } from '../keys.ts'
import { systemKeyFile, systemsFile } from './paths.ts'

/** What one of the marketplace's own machines may do (docs/architecture.md, "Machines"). */
interface Machine {
  readonly id: string
  readonly name: string
  readonly scopes: readonly ('oracle' | 'readings' | 'operator' | 'systems')[]
  /** Meter ids, or beginnings with `*` at the end. */
  readonly meters: readonly string[]
}

const machinesOf = (demo: boolean): Machine[] => [
  ...ORACLE_NODES.map((id) => ({ id, name: `oracle node ${id.slice(-1)}`, scopes: ['oracle'] as const, meters: [] })),
  { id: 'ingest', name: 'ingest', scopes: ['readings'], meters: ['*'] },
  { id: 'broker', name: 'MQTT broker', scopes: ['systems'], meters: [] },
  { id: 'command-line', name: 'command line of this machine', scopes: ['operator'], meters: ['*'] },
  ...(demo
    ? [{ id: 'simulator', name: 'simulated meters', scopes: ['readings'] as const, meters: [`${METERS}*`] }]
    : []),
]

async function keyOf(home: string, id: string): Promise<SystemKey> {
  const path = systemKeyFile(home, id)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  return existsSync(path) ? openSystemKey(path) : createSystemKey(path)
}

/** A line of systems.json. */
export interface SystemLine extends Machine {
  readonly authentication: { readonly kind: 'signature'; readonly publicKey: PublicJwk }
}

/**
 * Opens the machines' keys, makes those that are missing, and tells the others their public halves. A machine whose key file
 * was removed has a new key from then on, and its old one is nobody's: that is how a key is revoked.
 */
export async function prepareSystems(home: string, demo: boolean): Promise<void> {
  const systems: SystemLine[] = []
  for (const machine of machinesOf(demo)) {
    const { publicJwk } = await keyOf(home, machine.id)
    systems.push({ ...machine, authentication: { kind: 'signature', publicKey: publicJwk } })
  }
  writeSystems(home, systems)
}

export const readSystems = (home: string): SystemLine[] => {
  const path = systemsFile(home)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { systems: SystemLine[] }).systems : []
}

/**
 * Revokes a machine's key: nobody knows it from now on, and the machine has another from the next start of the marketplace on.
 * @returns whether there was such a machine
 */
export function revokeSystem(home: string, id: string): boolean {
  const systems = readSystems(home)
  const others = systems.filter((system) => system.id !== id)
  if (others.length === systems.length) return false
  // First the file that the others believe: a command that is killed in between has revoked the key already.
  writeSystems(home, others)
  rmSync(systemKeyFile(home, id), { force: true })
  return true
}

/** Written beside and renamed, and only when it changes: readers look at its time, and never see half of it. */
function writeSystems(home: string, systems: readonly SystemLine[]): void {
  const path = systemsFile(home)
  const text = `${JSON.stringify({ systems }, null, 1)}\n`
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  writeFileSync(`${path}.${process.pid}.tmp`, text, { mode: 0o600 })
  renameSync(`${path}.${process.pid}.tmp`, path)
}
