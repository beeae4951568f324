import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DIDDoc } from 'didcomm-node'
import type { LibraryPorts } from '../library.ts'
import { documentOf, portsOf } from './forms.ts'
import { type Jwe, type NamedKey, openJwe } from './second-jwe.ts'
import { type Jws, openJws } from './second-jws.ts'

/**
 * The appendix of the DIDComm v2 specification (docs/spec-files/appendix.md of decentralized-identity/didcomm-messaging), which
 * states no licence and is therefore no part of this repository: `OPEM_DIDCOMM_VECTORS` names a copy, or one lies beside the
 * checkout with the other third-party data.
 */
const BESIDE = join(import.meta.dirname, '../../../../../shared/data/didcomm-v2/appendix.md')
export const appendixPath = process.env.OPEM_DIDCOMM_VECTORS ?? (existsSync(BESIDE) ? BESIDE : undefined)

type Json = Readonly<Record<string, unknown>>
export type Vector = Json | Jwe | Jws

export interface Appendix {
  readonly plaintext: Json
  readonly vectors: readonly Vector[]
  readonly ports: LibraryPorts
  /** What the second implementation finds in a vector. */
  read(vector: Vector): unknown
}

interface Method {
  readonly id: string
  readonly publicKeyJwk: NamedKey['jwk']
}

export function readAppendix(path: string): Appendix {
  const text = readFileSync(path, 'utf8')
  const blocks = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json!) as Json | Json[])
  const single = blocks.filter((block): block is Json => !Array.isArray(block))
  // The appendix writes "kid " with a blank for Bob's keys.
  const secrets = blocks
    .filter(Array.isArray)
    .flatMap((keys: Json[]) =>
      keys.map(({ kid, 'kid ': blank, ...jwk }): NamedKey => ({ kid: String(kid ?? blank), jwk })),
    )
  const methods = (document: Json, name: string): NamedKey[] =>
    ((document[name] ?? []) as Method[]).map(({ id, publicKeyJwk }) => ({ kid: id, jwk: publicKeyJwk }))
  const published = single.filter((block) => 'keyAgreement' in block)
  const documents = published.map(
    (document): DIDDoc =>
      documentOf(String(document.id), methods(document, 'keyAgreement'), methods(document, 'authentication')),
  )
  const keys = published.flatMap((document) =>
    ['keyAgreement', 'authentication'].flatMap((name) => methods(document, name)),
  )
  const keyOf = (id: unknown) => keys.find(({ kid }) => kid === id)!.jwk

  const read = (vector: Vector): unknown => {
    if (isJws(vector)) return read(JSON.parse(openJws(vector, keyOf(vector.signatures[0]!.header.kid))))
    if (!isJwe(vector)) return vector
    const { skid } = JSON.parse(Buffer.from(vector.protected, 'base64url').toString())
    const me = secrets.find(({ kid }) => vector.recipients.some(({ header }) => header.kid === kid))!
    return read(JSON.parse(openJwe(vector, me, skid && keyOf(skid))))
  }
  return {
    plaintext: single.find((block) => 'typ' in block)!,
    vectors: single.filter((block) => 'ciphertext' in block || 'payload' in block || 'typ' in block),
    ports: portsOf(documents, secrets),
    read,
  }
}

export const isJws = (vector: Vector): vector is Jws => 'payload' in vector
export const isJwe = (vector: Vector): vector is Jwe => 'ciphertext' in vector
