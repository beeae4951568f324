import { readFileSync, statSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { OpemError, type Result } from '@opem/domain'
import {
  createNonceMemory,
  keyidOf,
  type PublicJwk,
  parsePublicJwk,
  type SignatureCode,
  type SignedRequest,
  verifyRequest,
} from '@opem/ssi/http-signature'
import { z } from 'zod'
import type { Settings } from '../settings.ts'

const Systems = z.object({
  systems: z.array(
    z.object({
      scopes: z.array(z.string()),
      authentication: z.object({ kind: z.string(), publicKey: z.unknown() }),
    }),
  ),
})

/**
 * Tells whether a request comes from a node of the oracle: signed (RFC 9421) with a key that the systems file gives the
 * scope `oracle`. A signature is taken once.
 */
export function openPeerCheck({ systemsPath, peers, seat, port }: Settings) {
  const peerKeys = openPeerKeys(systemsPath)
  const seenNonce = createNonceMemory({ startedAt: Math.floor(Date.now() / 1000) })
  const authorities = [...new Set([new URL(peers[seat]!).host, `127.0.0.1:${port}`])]
  return (request: IncomingMessage, body: () => Promise<Uint8Array>): Promise<Result<SignedRequest, SignatureCode>> =>
    verifyRequest(
      { method: request.method ?? '', target: request.url ?? '', headers: request.headers, body },
      { keyOf: (keyid) => peerKeys().get(keyid), seenNonce, authorities, now: Math.floor(Date.now() / 1000) },
    )
}

/** The public keys of the nodes by key id, read again when the file changes. @throws ERR_ORACLE_PEERS, retryable */
function openPeerKeys(path: string): () => ReadonlyMap<string, PublicJwk> {
  let stamp = ''
  let keys: ReadonlyMap<string, PublicJwk> = new Map()
  return () => {
    try {
      const { mtimeMs, size } = statSync(path)
      if (stamp === `${mtimeMs} ${size}`) return keys
      const { systems } = Systems.parse(JSON.parse(readFileSync(path, 'utf8')))
      const nodes = systems.filter(({ scopes }) => scopes.includes('oracle'))
      keys = new Map(
        nodes.flatMap(({ authentication }) => {
          const key = parsePublicJwk(authentication.publicKey)
          return key.ok ? [[keyidOf(key.value), key.value] as const] : []
        }),
      )
      stamp = `${mtimeMs} ${size}`
      return keys
    } catch (cause) {
      throw new OpemError({
        code: 'ERR_ORACLE_PEERS',
        shortMessage: `the systems file ${path} cannot be read, so no peer is known`,
        cause,
        retryable: true,
      })
    }
  }
}
