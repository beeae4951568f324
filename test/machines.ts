import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSignedFetch, createSystemKey, openSystemKey, type SystemKey } from '@opem/ssi/http-signature'

/** A `fetch` that signs with the command line's own key of a marketplace: its operator's. */
export const fetchAsOperator = (home: string): typeof fetch => {
  const path = join(home, 'access', 'keys', 'command-line.json')
  return async (input, init) =>
    existsSync(path) ? createSignedFetch(await openSystemKey(path))(input, init) : fetch(input, init)
}

/** Adds a machine of the marketplace's operator that sends telegrams of these meters, until the next `opem up`. */
export async function addMachine(home: string, id: string, meters: string[]): Promise<SystemKey> {
  const file = join(home, 'access', 'systems.json')
  const key = await createSystemKey(join(home, 'access', 'keys', `${id}.json`))
  const { systems } = JSON.parse(readFileSync(file, 'utf8')) as { systems: object[] }
  const authentication = { kind: 'signature', publicKey: key.publicJwk }
  const machine = { id, name: id, scopes: ['readings'], meters, authentication }
  writeFileSync(`${file}.story`, JSON.stringify({ systems: [...systems, machine] }), { mode: 0o600 })
  renameSync(`${file}.story`, file)
  return key
}
