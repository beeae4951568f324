import { resolve } from 'node:path'
import { z } from 'zod'
import { refusal } from '../failure.ts'
import { systemsFile } from './access/paths.ts'

/** What can be replaced by an address of one's own, and the setting that does it. */
export const REPLACEABLE = {
  chain: 'OPEM_CHAIN_URL',
  postgres: 'OPEM_POSTGRES_URL',
  lake: 'OPEM_LAKE_URL',
  index: 'OPEM_INDEX_URL',
  content: 'OPEM_CONTENT_URL',
  broker: 'OPEM_MQTT_URL',
} as const

export type Replaceable = keyof typeof REPLACEABLE

const Environment = z.object({
  OPEM_HOME: z.string().min(1).default('.opem'),
  OPEM_PORT: z.coerce.number().int().min(1024).max(65_000).default(8400),
  OPEM_CHAIN_URL: z.url().optional(),
  OPEM_POSTGRES_URL: z.url().optional(),
  OPEM_LAKE_URL: z.url().optional(),
  OPEM_INDEX_URL: z.url().optional(),
  OPEM_CONTENT_URL: z.url().optional(),
  OPEM_MQTT_URL: z.url().optional(),
  OPEM_EURO_TOKEN: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, 'the address of an ERC-20 token of six decimals')
    .optional(),
})

/** Where everything of one marketplace lives: its folder, its first port, and the address of every part. */
export interface Settings {
  readonly home: string
  readonly port: number
  /** Parts that a setting replaced: they are not started here. */
  readonly replaced: ReadonlySet<Replaceable>
  /** The euro that is paid in; undefined for a development euro. Heeded when the escrow is made, and for ever. */
  readonly euroToken?: `0x${string}` | undefined
  readonly urls: Readonly<Record<Replaceable | 'api', string>>
}

/**
 * The settings of docs/settings.md, "A marketplace"; an unset one means the embedded part on its port of 127.0.0.1.
 * @param env process.env; an empty value counts as unset
 * @throws ERR_SETTINGS naming the setting and what it needs
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse(given)
  if (!parsed.success) {
    const first = parsed.error.issues[0]
    const name = String(first?.path[0])
    throw refusal('ERR_SETTINGS', `The setting ${name} is "${given[name]}": ${first?.message}.`)
  }
  const { OPEM_HOME, OPEM_PORT: port, OPEM_EURO_TOKEN, ...urls } = parsed.data
  const here = (scheme: string, offset: number) => `${scheme}://127.0.0.1:${port + offset}`
  const replaced = new Set((Object.keys(REPLACEABLE) as Replaceable[]).filter((part) => urls[REPLACEABLE[part]]))
  return {
    home: resolve(OPEM_HOME),
    port,
    replaced,
    euroToken: OPEM_EURO_TOKEN as `0x${string}` | undefined,
    urls: {
      api: here('http', 0),
      chain: urls.OPEM_CHAIN_URL ?? here('http', 1),
      postgres: urls.OPEM_POSTGRES_URL ?? `${here('postgresql', 2).replace('//', '//opem:opem@')}/opem`,
      lake: urls.OPEM_LAKE_URL ?? here('http', 3),
      content: urls.OPEM_CONTENT_URL ?? here('http', 4),
      broker: urls.OPEM_MQTT_URL ?? here('mqtt', 5),
      index: urls.OPEM_INDEX_URL ?? `${here('http', 6)}/subgraphs/name/opem`,
    },
  }
}

/** The settings as every part reads them: all addresses resolved, whether embedded or replaced. */
export function environmentOf({ home, port, urls }: Settings): Record<string, string> {
  return {
    OPEM_HOME: home,
    OPEM_PORT: String(port),
    OPEM_API_URL: urls.api,
    OPEM_CHAIN_URL: urls.chain,
    OPEM_POSTGRES_URL: urls.postgres,
    OPEM_LAKE_URL: urls.lake,
    OPEM_CONTENT_URL: urls.content,
    OPEM_MQTT_URL: urls.broker,
    OPEM_INDEX_URL: urls.index,
    OPEM_DEPLOYMENT: `${home}/deployment.json`,
    OPEM_SYSTEMS_FILE: systemsFile(home),
  }
}
