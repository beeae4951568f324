import { createHash, randomUUID } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { OpemError } from '@opem/domain'
import { z } from 'zod'
import type { OperationalStore } from '../../operational/store.ts'
import { SCOPES, type Scope, type System } from '../caller/caller.ts'

const base64url = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'needed: 32 bytes in base64url')

/** A public key that may sign requests; only what makes the key is kept. */
export const publicKey = z
  .discriminatedUnion('kty', [
    z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: base64url }),
    z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: base64url, y: base64url }),
  ])
  .meta({ id: 'PublicKey', description: 'JWK, Ed25519 or P-256' })
export type PublicKey = z.output<typeof publicKey>

export const authentication = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('signature'), publicKey }),
    z.strictObject({
      kind: z.literal('mtls'),
      certificateSha256: z
        .string()
        .regex(/^[0-9a-fA-F]{2}(:?[0-9a-fA-F]{2}){31}$/, 'needed: the SHA-256 fingerprint, 32 bytes of hex')
        .transform((text) => text.replaceAll(':', '').toLowerCase()),
    }),
  ])
  .meta({ id: 'SystemAuthentication' })
export type Authentication = z.output<typeof authentication>

export const meterPattern = z
  .string()
  .regex(
    /^([A-Za-z0-9][A-Za-z0-9:_.-]{0,62}\*?|[A-Za-z0-9][A-Za-z0-9:_.-]{0,63})$/,
    'a meter id, or a prefix that ends in *',
  )

export interface StoredSystem {
  readonly id: string
  readonly account: string
  readonly name: string
  readonly authentication: Authentication
  readonly meters: readonly string[]
  readonly scopes: readonly Scope[]
  readonly created_at: string
}

/** RFC 7638: the same key has the same thumbprint however its JWK is written. */
export function thumbprint(key: PublicKey): string {
  const members =
    key.kty === 'OKP' ? { crv: key.crv, kty: key.kty, x: key.x } : { crv: key.crv, kty: key.kty, x: key.x, y: key.y }
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url')
}

export const systemsOf = (store: OperationalStore, account: string): Promise<StoredSystem[]> =>
  store.rows<StoredSystem & { id: string }>('SELECT * FROM systems WHERE account = $1 ORDER BY created_at, id', [
    account,
  ])

/** Systems of all companies whose accounts are active: for the marketplace's own doors. */
export const systemsOfAll = (store: OperationalStore): Promise<StoredSystem[]> =>
  store.rows<StoredSystem & { id: string }>(
    `SELECT s.* FROM systems s JOIN accounts a USING (account) WHERE a.status = 'active' ORDER BY s.created_at, s.id`,
  )

/** Until the transaction ends nobody else says for which meters a system sends. */
export const lockMeters = (rows: OperationalStore['rows']) => rows('SELECT pg_advisory_xact_lock(7263547)')

/** Meters that systems of other accounts are configured for. */
export const metersOfOthers = async (store: Pick<OperationalStore, 'rows'>, account: string): Promise<string[]> =>
  (
    await store.rows<{ meter: string }>('SELECT DISTINCT unnest(meters) AS meter FROM systems WHERE account <> $1', [
      account,
    ])
  ).map(({ meter }) => meter)

/** @returns the new system's id, or undefined when the key or certificate is another system's */
export async function addSystem(
  store: Pick<OperationalStore, 'rows'>,
  it: Omit<StoredSystem, 'id' | 'created_at'> & { now: number },
): Promise<string | undefined> {
  const keyId = it.authentication.kind === 'signature' ? thumbprint(it.authentication.publicKey) : null
  const certificate = it.authentication.kind === 'mtls' ? it.authentication.certificateSha256 : null
  const [added] = await store.rows<{ id: string }>(
    `INSERT INTO systems (id, account, name, authentication, key_id, certificate_sha256, meters, scopes, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id`,
    [
      randomUUID(),
      it.account,
      it.name,
      JSON.stringify(it.authentication),
      keyId,
      certificate,
      it.meters,
      it.scopes,
      it.now,
    ],
  )
  return added?.id
}

export const removeSystem = async (store: OperationalStore, account: string, id: string): Promise<boolean> =>
  (await store.rows('DELETE FROM systems WHERE account = $1 AND id = $2 RETURNING id', [account, id])).length > 0

/** How a request shows which system it comes from. */
export type Shown = { readonly keyId: string } | { readonly certificateSha256: string }

/** A system and its key; of a company whose account is active. */
export async function companySystem(
  store: OperationalStore,
  shown: Shown,
): Promise<{ system: System; authentication: Authentication } | undefined> {
  const [column, value] = 'keyId' in shown ? ['key_id', shown.keyId] : ['certificate_sha256', shown.certificateSha256]
  const [found] = await store.rows<StoredSystem & { id: string }>(
    `SELECT s.* FROM systems s JOIN accounts a USING (account) WHERE s.${column} = $1 AND a.status = 'active'`,
    [value],
  )
  if (!found) return undefined
  const { id, account, scopes, meters } = found
  return { system: { kind: 'system', id, account, scopes, meters }, authentication: found.authentication }
}

const ownSystems = z.object({
  systems: z.array(
    z.object({
      id: z.string().min(1).max(100),
      name: z.string().max(200).optional(),
      authentication,
      meters: z.array(z.string().max(64)),
      // A later version may know more scopes; here they open nothing.
      scopes: z.array(z.string()).transform((names) => SCOPES.filter((scope) => names.includes(scope))),
    }),
  ),
})

/**
 * The marketplace's own parts, from a file that whoever starts them writes; read again whenever it changes.
 * @throws ERR_SYSTEMS_FILE (retryable) when it is there but cannot be read: better nobody than somebody
 */
export function createOwnSystems(path: string | undefined) {
  let known: { changed: number; systems: z.output<typeof ownSystems>['systems'] } = { changed: -1, systems: [] }
  return async (shown: Shown): Promise<{ system: System; authentication: Authentication } | undefined> => {
    if (path === undefined) return undefined
    try {
      const changed = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        (cause: NodeJS.ErrnoException) => {
          if (cause.code === 'ENOENT') return undefined
          throw cause
        },
      )
      if (changed === undefined) return undefined
      if (changed !== known.changed) known = { changed, ...ownSystems.parse(JSON.parse(await readFile(path, 'utf8'))) }
    } catch (cause) {
      throw new OpemError({
        code: 'ERR_SYSTEMS_FILE',
        shortMessage: "the file of the marketplace's own systems cannot be read; write it anew and try again",
        cause,
        retryable: true,
      })
    }
    const found = known.systems.find(({ authentication: by }) =>
      'keyId' in shown
        ? by.kind === 'signature' && thumbprint(by.publicKey) === shown.keyId
        : by.kind === 'mtls' && by.certificateSha256 === shown.certificateSha256,
    )
    if (!found) return undefined
    const { id, scopes, meters } = found
    return { system: { kind: 'system', id, account: null, scopes, meters }, authentication: found.authentication }
  }
}
