import { readFileSync, statSync } from 'node:fs'
import { OpemError } from '@opem/domain'
import { openSystemKey, type SystemKey } from '@opem/ssi/http-signature'
import { type Hex, isHex, size } from 'viem'
import { z } from 'zod'

/**
 * What one oracle node is told by its environment. Times are seconds unless the name says otherwise.
 * `peers` are the nodes' URLs in seat order, this node's own among them: every node must hold the same list.
 */
const Environment = z.object({
  OPEM_ORACLE_NAME: z.string().min(1),
  OPEM_ORACLE_PORT: z.coerce.number().int().min(1).max(65535),
  OPEM_ORACLE_PEERS: z.string().min(1),
  OPEM_ORACLE_URL: z.url().optional(),
  OPEM_ORACLE_KEY_FILE: z.string().min(1),
  OPEM_ORACLE_SYSTEM_KEY_FILE: z.string().min(1),
  OPEM_SYSTEMS_FILE: z.string().min(1),
  OPEM_ORACLE_DIR: z.string().min(1),
  OPEM_CHAIN_URL: z.url(),
  OPEM_API_URL: z.url(),
  OPEM_DEPLOYMENT: z.string().min(1),
  OPEM_ORACLE_GRACE_SECONDS: z.coerce.number().int().min(0).default(30),
  OPEM_ORACLE_POLL_MS: z.coerce.number().int().min(10).default(1000),
  OPEM_ORACLE_TAKEOVER_SECONDS: z.coerce.number().positive().default(10),
})

export interface Settings {
  readonly name: string
  readonly port: number
  readonly peers: readonly string[]
  /** This node's place in `peers`. */
  readonly seat: number
  readonly privateKey: Hex
  /** Who this node is to the API and to its peers. */
  readonly systemKey: SystemKey
  /** Public keys of the systems with the scope `oracle`: the peers. */
  readonly systemsPath: string
  readonly dir: string
  readonly chainUrl: string
  readonly apiUrl: string
  readonly deploymentPath: string
  readonly graceSeconds: number
  readonly pollMs: number
  readonly takeoverSeconds: number
}

/** Reads the settings, and the key files they name. Throws `ERR_ORACLE_SETTINGS`, `ERR_ORACLE_KEY_FILE` or `ERR_KEY_FILE…`. */
export async function readSettings(env: Record<string, string | undefined>): Promise<Settings> {
  const parsed = Environment.safeParse(env)
  if (!parsed.success) {
    throw new OpemError({
      code: 'ERR_ORACLE_SETTINGS',
      shortMessage: `an oracle node needs its settings in the environment:\n${z.prettifyError(parsed.error)}`,
    })
  }
  const e = parsed.data
  const peers = e.OPEM_ORACLE_PEERS.split(',').map((url) => url.trim().replace(/\/+$/, ''))
  const own = e.OPEM_ORACLE_URL?.replace(/\/+$/, '')
  const seat = peers.findIndex((url) =>
    own === undefined ? URL.canParse(url) && Number(new URL(url).port) === e.OPEM_ORACLE_PORT : url === own,
  )
  if (seat < 0) {
    throw new OpemError({
      code: 'ERR_ORACLE_SETTINGS',
      shortMessage: `OPEM_ORACLE_PEERS (${e.OPEM_ORACLE_PEERS}) must name this node too: ${own ?? `one URL with port ${e.OPEM_ORACLE_PORT}`}`,
    })
  }
  return {
    name: e.OPEM_ORACLE_NAME,
    port: e.OPEM_ORACLE_PORT,
    peers,
    seat,
    privateKey: readKeyFile(e.OPEM_ORACLE_KEY_FILE),
    systemKey: await openSystemKey(e.OPEM_ORACLE_SYSTEM_KEY_FILE),
    systemsPath: e.OPEM_SYSTEMS_FILE,
    dir: e.OPEM_ORACLE_DIR,
    chainUrl: e.OPEM_CHAIN_URL,
    apiUrl: e.OPEM_API_URL.replace(/\/+$/, ''),
    deploymentPath: e.OPEM_DEPLOYMENT,
    graceSeconds: e.OPEM_ORACLE_GRACE_SECONDS,
    pollMs: e.OPEM_ORACLE_POLL_MS,
    takeoverSeconds: e.OPEM_ORACLE_TAKEOVER_SECONDS,
  }
}

const KeyFile = z.object({ privateKey: z.custom<Hex>((v) => isHex(v) && size(v) === 32, '0x and 64 hex digits') })

/** The node's key: whoever reads it can sign away the bond, so a file that others may read is refused. */
export function readKeyFile(path: string): Hex {
  const refuse = (why: string) =>
    new OpemError({ code: 'ERR_ORACLE_KEY_FILE', shortMessage: `key file ${path}: ${why}` })
  let mode: number
  let raw: unknown
  try {
    mode = statSync(path).mode & 0o777
    raw = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    // The parser's message could quote the file, so only its kind is passed on.
    throw refuse(`cannot be read as JSON (${(cause as NodeJS.ErrnoException).code ?? 'not JSON'})`)
  }
  if ((mode & 0o077) !== 0) throw refuse(`has mode ${mode.toString(8)}, needs 600: run chmod 600 on it`)
  const key = KeyFile.safeParse(raw)
  if (!key.success) throw refuse('needs {"privateKey":"0x…"} with 32 bytes of hex')
  return key.data.privateKey
}
