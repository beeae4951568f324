import { verifyRequest } from '@opem/ssi/http-signature'
import type { Request } from 'express'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import { companySystem, type Shown } from '../company/systems.ts'
import { ACCESS, parseCookies } from '../session/cookies.ts'
import { personOfSession } from '../session/tokens.ts'
import type { Caller, System } from './caller.ts'
import { certificateOf } from './certificate.ts'
import { useNonce } from './nonces.ts'

export interface IdentifyParts extends Pick<AccessParts, 'store' | 'tokens' | 'isOperator' | 'publicUrl' | 'now'> {
  readonly ownSystems: (shown: Shown) => Promise<{ system: System; authentication: unknown } | undefined>
}

/** Whether a request shows any identity at all: who shows none is refused before a byte of the body is read. */
export const showsIdentity = (request: Request): boolean =>
  request.headers['signature-input'] !== undefined ||
  request.headers.signature !== undefined ||
  request.headers.authorization !== undefined ||
  parseCookies(request.headers.cookie).has(ACCESS) ||
  certificateOf(request) !== undefined

/**
 * Who sends a request: by its signature (RFC 9421), its access token (cookie or Bearer), or its client certificate, in
 * this order. What is shown must hold: a spoilt token is no reason to be nobody.
 * @param body read only for a signature that is good so far
 * @throws Refusal 401
 */
export async function identify(
  parts: IdentifyParts,
  request: Request,
  body: () => Promise<Uint8Array>,
): Promise<Caller> {
  const { headers } = request
  if (headers['signature-input'] !== undefined || headers.signature !== undefined) return signedBy(parts, request, body)
  const bearer = /^Bearer ([A-Za-z0-9._-]+)$/i.exec(headers.authorization ?? '')?.[1]
  if (headers.authorization !== undefined && bearer === undefined)
    throw new Refusal(401, 'ERR_TOKEN', 'the Authorization header needs the form "Bearer <access token>"')
  const token = bearer ?? parseCookies(headers.cookie).get(ACCESS)
  if (token !== undefined) return holderOf(parts, token)
  const certificate = certificateOf(request)
  if (certificate !== undefined) return systemOf(parts, { certificateSha256: certificate }, 'this client certificate')
  return { kind: 'nobody' }
}

async function holderOf(parts: IdentifyParts, token: string): Promise<Caller> {
  const session = await (await parts.tokens()).sessionOf(token, parts.now())
  if (session === undefined)
    throw new Refusal(401, 'ERR_TOKEN', 'the access token is not ours, or is over; POST /v1/access/refresh, or sign in')
  return (await personOfSession(parts, session)).person
}

async function signedBy(parts: IdentifyParts, request: Request, body: () => Promise<Uint8Array>): Promise<Caller> {
  const port = request.socket.localPort
  let system: System | undefined
  const verified = await verifyRequest(
    { method: request.method, target: request.originalUrl, headers: request.headers, body },
    {
      async keyOf(keyId) {
        const found = await findSystem(parts, { keyId })
        system = found?.system
        const by = found?.authentication as { kind: string; publicKey: never } | undefined
        return by?.kind === 'signature' ? by.publicKey : undefined
      },
      seenNonce: (use, now) => useNonce(parts.store, use, now),
      authorities: [
        ...['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${port}`),
        ...(parts.publicUrl === undefined ? [] : [new URL(parts.publicUrl).host]),
      ],
      now: parts.now(),
    },
  )
  if (!verified.ok) throw new Refusal(401, verified.code, verified.reason)
  if (!system)
    throw new Refusal(401, 'ERR_SIGNATURE_KEY', 'no system is known by this keyid; register its public key first')
  return system
}

async function systemOf(parts: IdentifyParts, shown: Shown, what: string): Promise<System> {
  const found = await findSystem(parts, shown)
  if (found) return found.system
  throw new Refusal(
    401,
    'ERR_SYSTEM_UNKNOWN',
    `no system is configured for ${what}; its company's administrator configures it`,
  )
}

const findSystem = async ({ store, ownSystems }: IdentifyParts, shown: Shown) =>
  (await ownSystems(shown)) ?? (await companySystem(store, shown))
