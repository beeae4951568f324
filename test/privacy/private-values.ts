import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { createOperationalStore } from '../../offchain-api/src/operational/store.ts'
import type { Instance } from '../instance.ts'

/** Values that nobody but their holders may read, by what they are. */
export type PrivateValues = ReadonlyMap<string, string>

/** Folders of a home that hold nothing but secrets and what belongs to them. */
export const SECRET_FOLDERS = ['keys', 'access', 'wallets', 'sessions']

/** Everything below a path of a home, itself included. */
export function below(home: string, path: string): string[] {
  const at = join(home, path)
  if (!existsSync(at)) return []
  if (!lstatSync(at).isDirectory()) return [path]
  return [path, ...readdirSync(at).flatMap((name) => below(home, join(path, name)))]
}

/** Private keys, secrets and tokens in the files of a home. Sealed files say nothing, so nothing of them is known here. */
export function secretsOfFiles(home: string, folders: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const path of folders.flatMap((folder) => below(home, folder))) {
    if (lstatSync(join(home, path)).isDirectory()) continue
    const text = readFileSync(join(home, path), 'utf8').trim()
    if (/secret/.test(path)) found.set(path, text)
    for (const [, name, value] of text.matchAll(SECRET_MEMBERS)) found.set(`${name} of ${path}`, value!)
    for (const [index, [jwt]] of [...text.matchAll(JWT)].entries()) addJwt(found, `JWT ${index} of ${path}`, jwt)
  }
  return found
}

const SECRET_MEMBERS =
  /"(privateKey|d|k|secret|signing|agreement|accessToken|refreshHandle|saltKey)"\s*:\s*"([^"]{20,})"/g
const JWT = /[\w-]{20,}(?:\.[\w-]+){2,4}/g

/** Whole, and by the part that nobody could make: a line cut short tells it too. */
function addJwt(found: Map<string, string>, what: string, jwt: string): void {
  found.set(what, jwt)
  found.set(`signature of ${what}`, jwt.split('.').at(-1)!)
}

/** What the marketplace knows of its people and keeps off the chain. */
export async function valuesOfStore(instance: Pick<Instance, 'page'>): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const port = Number(new URL(instance.page).port) + 2
  const store = createOperationalStore({ url: `postgres://opem:opem@127.0.0.1:${port}/opem` })
  const queries = {
    'salt key': 'SELECT salt_key AS value FROM members UNION SELECT salt_key FROM consents',
    meter: 'SELECT meter AS value FROM meters UNION SELECT meter FROM meter_authorisations',
    name: `SELECT name AS value FROM members UNION SELECT name FROM consents UNION SELECT name FROM accounts
           UNION SELECT name FROM representatives UNION SELECT name FROM sessions`,
    'e-mail address': 'SELECT email AS value FROM representatives UNION SELECT address FROM market_email_addresses',
  }
  for (const [what, query] of Object.entries(queries))
    for (const { value } of await store.rows<{ value: string }>(query)) found.set(`${what} ${value}`, value)
  const credentials = await store.rows<{ jwt: string }>('SELECT jwt FROM account_credentials WHERE jwt IS NOT NULL')
  for (const [index, { jwt }] of credentials.entries()) addJwt(found, `account credential ${index}`, jwt)
  await store.close()
  return found
}

/** Cookies of the marketplace, and the credentials that a browser keeps. */
export async function valuesOfBrowser(context: BrowserContext, whose: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const { cookies, origins } = await context.storageState()
  for (const { name, value } of cookies) found.set(`${name} of ${whose}`, value)
  const kept = origins.flatMap(({ localStorage }) => localStorage.flatMap(({ value }) => [...value.matchAll(JWT)]))
  for (const [index, [jwt]] of kept.entries()) addJwt(found, `credential ${index} of ${whose}`, jwt)
  return found
}
