import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import type { DIDDoc } from 'didcomm-node'
import type { LibraryPorts } from '../library.ts'
import { type Encryption, type NamedKey, sealJwe } from './second-jwe.ts'
import { type Signature, signJws } from './second-jws.ts'

/** One wrapping of a message: a signature, or encryption for a curve, with or without its sender. */
export type Layer =
  | { readonly sign: Signature }
  | { readonly curve: string; readonly enc: Encryption; readonly authenticated: boolean }

/** Documents and secrets as the library asks for them: every key of the documents, whatever its curve. */
export function portsOf(documents: readonly DIDDoc[], secrets: readonly NamedKey[]): LibraryPorts {
  const find = (id: string) => secrets.find(({ kid }) => kid === id)
  return {
    resolver: { resolve: async (did) => documents.find(({ id }) => id === did) ?? null },
    secrets: {
      find_secrets: async (ids) => ids.filter(find),
      get_secret: async (id) => {
        const found = find(id)
        return found ? { id, type: 'JsonWebKey2020', privateKeyJwk: found.jwk } : null
      },
    },
  }
}

export const documentOf = (
  id: string,
  keyAgreement: readonly NamedKey[],
  authentication: readonly NamedKey[],
): DIDDoc => ({
  id,
  keyAgreement: keyAgreement.map(({ kid }) => kid),
  authentication: authentication.map(({ kid }) => kid),
  verificationMethod: [...keyAgreement, ...authentication].map(({ kid, jwk: { d: _, ...publicKeyJwk } }) => ({
    ...{ id: kid, type: 'JsonWebKey2020' as const, controller: id },
    publicKeyJwk,
  })),
  service: [],
})

const named = (did: string, name: string, pair: { privateKey: { export(as: { format: 'jwk' }): JsonWebKey } }) => ({
  kid: `${did}#${name}`,
  jwk: pair.privateKey.export({ format: 'jwk' }),
})
const ofCurve = (curve: string) =>
  curve === 'X25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('ec', { namedCurve: curve })

const CURVES = ['X25519', 'P-256', 'P-384', 'P-521'] as const
const [ALICE, BOB] = ['did:example:alice', 'did:example:bob']

/** Alice and Bob with new keys of every kind that the specification names, and what seals a message of hers for him. */
export function createForms() {
  const agreement = (did: string) => CURVES.map((curve) => named(did, curve, ofCurve(curve)))
  const [hers, his] = [agreement(ALICE), agreement(BOB)]
  const signing: Readonly<Record<Signature, NamedKey>> = {
    EdDSA: named(ALICE, 'EdDSA', generateKeyPairSync('ed25519')),
    ES256: named(ALICE, 'ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
    ES256K: named(ALICE, 'ES256K', generateKeyPairSync('ec', { namedCurve: 'secp256k1' })),
  }
  const wrap = (text: string, layer: Layer): string => {
    if ('sign' in layer) return JSON.stringify(signJws(text, layer.sign, signing[layer.sign]))
    const keyOf = (keys: readonly NamedKey[]) => keys.find(({ kid }) => kid.endsWith(`#${layer.curve}`))!
    return JSON.stringify(sealJwe(text, layer.enc, keyOf(his), layer.authenticated ? keyOf(hers) : undefined))
  }
  return {
    seal: (message: object, layers: readonly Layer[]): string => layers.reduce(wrap, JSON.stringify(message)),
    ports: portsOf([documentOf(ALICE, hers, Object.values(signing)), documentOf(BOB, his, [])], his),
  }
}
