import { readFileSync, statSync } from 'node:fs'
import { keyidOf, type PublicJwk } from '@opem/ssi/http-signature'
import { z } from 'zod'

/** A machine that the broker knows: how it proves who it is, and what it may do. */
export interface BrokerSystem {
  readonly id: string
  /** Proves itself with a token signed by this key (Ed25519), … */
  readonly publicKey?: PublicJwk
  /** Thumbprint of that key; a system may go by it, too. */
  readonly keyid?: string
  /** … or with a TLS client certificate of this fingerprint: SHA-256, 64 hex digits. */
  readonly certificateSha256?: string
  /** Meter ids, or beginnings of them with `*` at the end, for which it may publish. */
  readonly meters: readonly string[]
  /** Whether it is ingest: it alone may subscribe, and it publishes nothing. */
  readonly subscribes: boolean
}

/** Whom the broker knows at this moment. */
export interface Systems {
  /** By its id, or by the id of its key. */
  byId(id: string): BrokerSystem | undefined
  byCertificate(sha256: string): BrokerSystem | undefined
  close?(): void
}

const Key = z.discriminatedUnion('kty', [
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() }),
  z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() }),
])
const SystemLine = z.object({
  id: z.string().min(1).max(200),
  scopes: z.array(z.string()),
  authentication: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('signature'), publicKey: Key }),
    z.object({ kind: z.literal('mtls'), certificateSha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ]),
  meters: z.array(z.string()),
})

/**
 * Those of a list of systems (docs/architecture.md, "Machines") that have to do with telegrams: the scope `readings`.
 * @param own whether these are the marketplace's own machines: there, who reads for all meters is ingest
 */
export function systemsIn(list: unknown, { own }: { readonly own: boolean }): BrokerSystem[] {
  return z
    .array(SystemLine)
    .parse(list)
    .filter(({ scopes }) => scopes.includes('readings'))
    .map(({ id, authentication, meters }) => ({
      id,
      ...(authentication.kind === 'signature'
        ? { publicKey: authentication.publicKey, keyid: keyidOf(authentication.publicKey) }
        : { certificateSha256: authentication.certificateSha256 }),
      meters,
      subscribes: own && meters.includes('*'),
    }))
}

export const lookUp = (systems: readonly BrokerSystem[]): Systems => ({
  byId: (id) => systems.find((system) => system.id === id || system.keyid === id),
  byCertificate: (sha256) => systems.find((system) => system.certificateSha256 === sha256.toLowerCase()),
})

/** Asks the first that knows: the marketplace's own machines come before companies' systems. */
export const joinSystems = (...sources: readonly Systems[]): Systems => ({
  byId: (id) => firstOf(sources, (source) => source.byId(id)),
  byCertificate: (sha256) => firstOf(sources, (source) => source.byCertificate(sha256)),
  close: () => {
    for (const source of sources) source.close?.()
  },
})

function firstOf<T>(sources: readonly Systems[], ask: (source: Systems) => T | undefined): T | undefined {
  for (const source of sources) {
    const found = ask(source)
    if (found !== undefined) return found
  }
  return undefined
}

const LOOK_AGAIN_MS = 500

/** The marketplace's own machines, from a file that is read again when it changes. A file that cannot be read holds nobody. */
export function openSystemsFile(path: string, log: (line: string) => void = () => {}): Systems {
  let known = lookUp([])
  let stamp = ''
  let lookedAt = 0
  const current = () => {
    if (Date.now() - lookedAt < LOOK_AGAIN_MS) return known
    lookedAt = Date.now()
    try {
      const { mtimeMs, size } = statSync(path)
      if (stamp === `${mtimeMs} ${size}`) return known
      known = lookUp(systemsIn(JSON.parse(readFileSync(path, 'utf8')).systems, { own: true }))
      stamp = `${mtimeMs} ${size}`
    } catch (error) {
      if (stamp !== 'none') log(`the systems file ${path} cannot be read, so nobody is known: ${shortly(error)}`)
      known = lookUp([])
      stamp = 'none'
    }
    return known
  }
  return { byId: (id) => current().byId(id), byCertificate: (sha256) => current().byCertificate(sha256) }
}

const shortly = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code ?? (error instanceof z.ZodError ? 'unexpected shape' : 'not JSON')

/** Whether a system may speak for a meter: its id stands in the list, or begins as an entry with `*` at its end says. */
export const mayPublishFor = ({ meters, subscribes }: BrokerSystem, meter: string): boolean =>
  !subscribes && meters.some((entry) => (entry.endsWith('*') ? meter.startsWith(entry.slice(0, -1)) : entry === meter))
