import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkMessage } from './check-message.ts'
import { type LibraryPorts, openEnvelope } from './library.ts'

/**
 * The DIDComm v2 specification's own vectors (Appendix A to C), read from the specification's text itself:
 * OPEM_DIDCOMM_VECTORS names a copy of its appendix (docs/spec-files/appendix.md of decentralized-identity/
 * didcomm-messaging). docs/identity-conformance.md holds what they gave.
 */
const source = process.env.OPEM_DIDCOMM_VECTORS

type Json = Record<string, unknown>
interface Method {
  readonly id: string
  readonly publicKeyJwk: { readonly crv: string }
}

function readAppendix(path: string) {
  const text = readFileSync(path, 'utf8')
  const blocks = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json!) as Json | Json[])
  const single = blocks.filter((block): block is Json => !Array.isArray(block))
  return {
    // The appendix writes "kid " with a blank for Bob's keys.
    secrets: blocks.filter((block) => Array.isArray(block)).flatMap((keys) => keys as Json[]),
    documents: single.filter((block) => 'keyAgreement' in block),
    plaintext: single.find((block) => 'typ' in block)!,
    messages: single.filter((block) => 'ciphertext' in block || 'payload' in block || 'typ' in block),
  }
}

/** Documents and secrets of the vectors; what the library has no curve for is left to it to refuse. */
function portsOf({ documents, secrets }: ReturnType<typeof readAppendix>): LibraryPorts {
  const keys = new Map(secrets.map(({ kid, 'kid ': blank, ...jwk }) => [String(kid ?? blank), jwk]))
  const methods = (document: Json, name: string): Method[] => (document[name] ?? []) as Method[]
  return {
    resolver: {
      resolve: async (did) => {
        const document = documents.find(({ id }) => id === did)
        if (!document) return null
        const [agreement, authentication] = [methods(document, 'keyAgreement'), methods(document, 'authentication')]
        return {
          id: did,
          keyAgreement: agreement.map(({ id }) => id),
          authentication: authentication.map(({ id }) => id),
          verificationMethod: [...agreement, ...authentication] as never,
          service: [],
        }
      },
    },
    secrets: {
      find_secrets: async (ids) => ids.filter((id) => keys.has(id)),
      get_secret: async (id) => {
        const privateKeyJwk = keys.get(id)
        return privateKeyJwk ? { id, type: 'JsonWebKey2020', privateKeyJwk } : null
      },
    },
  }
}

const nameOf = (message: Json): string => {
  if ('typ' in message) return 'plaintext'
  const [signature] = (message.signatures ?? []) as Json[]
  const header = JSON.parse(Buffer.from(String(message.protected ?? signature?.protected), 'base64url').toString())
  return [header.alg, header.epk?.crv, header.enc].filter(Boolean).join(' ')
}

/** Curves that didcomm-node 0.4.1 does not have; ours are X25519 alone. */
const MISSING = /P-384|P-521/

describe.skipIf(source === undefined)('the vectors of DIDComm v2, Appendix C', () => {
  const appendix = source === undefined ? undefined : readAppendix(source)
  for (const message of appendix?.messages ?? []) {
    const name = nameOf(message)
    test(`${name}: ${MISSING.test(name) ? 'refused, the library lacks the curve' : 'opens as the plaintext'}`, async () => {
      const opening = openEnvelope(JSON.stringify(message), portsOf(appendix!))
      if (MISSING.test(name)) return expect(opening).rejects.toThrow('Unsupported key type or curve')
      const { message: opened, proof } = await opening
      expect(opened).toMatchObject(appendix!.plaintext)
      // Believed is only what its sender sealed: neither plaintext nor a signature, nor what is sealed by nobody.
      const checked = checkMessage(opened, proof, { me: 'did:example:bob', now: 1516269023 })
      expect(checked.ok).toBe(name.startsWith('ECDH-1PU'))
    })
  }
})
