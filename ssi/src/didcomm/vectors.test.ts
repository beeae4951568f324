import { describe, expect, test } from 'vitest'
import { otherS } from '../testing/forge.ts'
import { checkMessage } from './check-message.ts'
import { type LibraryPorts, openEnvelope } from './library.ts'
import { appendixPath, isJwe, isJws, readAppendix, type Vector } from './testing/appendix.ts'
import { createForms, type Layer } from './testing/forms.ts'
import type { Jws } from './testing/second-jws.ts'

/**
 * The ten messages of Appendix C of the DIDComm v2 specification in its order: how each is wrapped (innermost first), what marks
 * it (its tag; a signature's beginning), and what the library does with it. didcomm-node 0.4.1 has neither P-384 nor P-521. What
 * we believe is only what its sender sealed: neither plaintext nor a signature, nor what nobody sealed.
 */
const MISS = 'Unsupported key type or curve'
const nobody = { authenticated: false }
const sealed = { authenticated: true, enc: 'A256CBC-HS512' } as const
const rows: readonly {
  readonly name: string
  readonly layers: readonly Layer[]
  readonly mark: string
  readonly library: 'opens' | typeof MISS
  readonly believed?: boolean
}[] = [
  { name: 'C.1 plaintext', layers: [], mark: '1234567890', library: 'opens' },
  { name: 'C.2 EdDSA', layers: [{ sign: 'EdDSA' }], mark: 'FW33NnvO', library: 'opens' },
  { name: 'C.2 ES256', layers: [{ sign: 'ES256' }], mark: 'gcW3lVif', library: 'opens' },
  { name: 'C.2 ES256K', layers: [{ sign: 'ES256K' }], mark: 'EGjhIcts', library: 'opens' },
  {
    name: 'C.3 anonymous, X25519, XC20P',
    layers: [{ ...nobody, curve: 'X25519', enc: 'XC20P' }],
    mark: '6ylC_iAs4JvDQzXeY6MuYQ',
    library: 'opens',
  },
  {
    name: 'C.3 anonymous, P-384, A256CBC-HS512',
    layers: [{ ...nobody, curve: 'P-384', enc: 'A256CBC-HS512' }],
    mark: 'bkodXkuuwRbqksnQNsCM2YLy9f0v0xNgnhSUAoFGtmE',
    library: MISS,
  },
  {
    name: 'C.3 anonymous, P-521, A256GCM',
    layers: [{ ...nobody, curve: 'P-521', enc: 'A256GCM' }],
    mark: 'aPZeYfwht2Nx9mfURv3j3g',
    library: MISS,
  },
  {
    name: 'C.3 from Alice, X25519, A256CBC-HS512',
    layers: [{ ...sealed, curve: 'X25519' }],
    mark: 'uYeo7IsZjN7AnvBjUZE5lNryNENbf6_zew_VC-d4b3U',
    library: 'opens',
    believed: true,
  },
  {
    name: 'C.3 signed, from Alice, P-256, A256CBC-HS512',
    layers: [{ sign: 'EdDSA' }, { ...sealed, curve: 'P-256' }],
    mark: 'nIpa3EQ29hgCkA2cBPde2HpKXK4_bvmL2x7h39rtVEc',
    library: 'opens',
    believed: true,
  },
  {
    name: 'C.3 signed, from Alice, X25519, then anonymous, P-521, XC20P',
    layers: [{ sign: 'EdDSA' }, { ...sealed, curve: 'X25519' }, { ...nobody, curve: 'P-521', enc: 'XC20P' }],
    mark: 'pEh6LS1GCTYQaWR-6vAe_Q',
    library: MISS,
  },
]

const PLAINTEXT = {
  id: '1',
  typ: 'application/didcomm-plain+json',
  type: 'https://example.org/lunch/1.0/proposal',
  from: 'did:example:alice',
  to: ['did:example:bob'],
  created_time: 1_516_269_022,
  body: { where: 'here' },
}
const NOW = 1_516_269_023

async function expectOf(
  { library, believed = false }: (typeof rows)[number],
  packed: string,
  plaintext: object,
  ports: LibraryPorts,
) {
  const opening = openEnvelope(packed, ports)
  if (library !== 'opens') return expect(opening).rejects.toThrow(library)
  const { message, proof } = await opening
  expect(message).toMatchObject(plaintext)
  const checked = checkMessage(message, proof, { me: 'did:example:bob', now: NOW })
  expect(checked).toMatchObject(believed ? { ok: true } : { ok: false, code: 'ERR_DIDCOMM_SENDER' })
}

describe('the ten forms of Appendix C, with keys of our own, sealed by the second implementation', () => {
  const { seal, ports } = createForms()
  for (const row of rows) {
    test(`${row.name}: ${row.library}`, () => expectOf(row, seal(PLAINTEXT, row.layers), PLAINTEXT, ports))
  }

  test('of the two spellings of an ES256K signature the library verifies the one with the low s', async () => {
    const low: Jws = JSON.parse(seal(PLAINTEXT, [{ sign: 'ES256K' }]))
    const [one] = low.signatures
    const high = { ...low, signatures: [{ ...one, signature: otherS(`e30.e30.${one!.signature}`).split('.')[2] }] }
    await expect(openEnvelope(JSON.stringify(low), ports)).resolves.toMatchObject({ message: PLAINTEXT })
    await expect(openEnvelope(JSON.stringify(high), ports)).rejects.toThrow('Malformed: Wrong signature')
  })
})

if (appendixPath === undefined) {
  console.warn('SKIPPED: the vectors of DIDComm v2 are not here (OPEM_DIDCOMM_VECTORS names a copy of their appendix)')
}

describe.skipIf(appendixPath === undefined)('the ten vectors of Appendix C themselves', () => {
  const appendix = appendixPath === undefined ? undefined : readAppendix(appendixPath)
  const vectors = appendix?.vectors ?? []

  test('they are the ten, in their order', () => {
    expect(vectors.map(markOf)).toEqual(rows.map(({ mark }) => expect.stringMatching(`^${mark}`)))
    expect(vectors.map(outermost)).toEqual(rows.map(({ layers }) => wordsOf(layers.at(-1))))
  })
  rows.forEach((row, index) => {
    test(`${row.name}: ${row.library}`, () =>
      expectOf(row, JSON.stringify(vectors[index]), appendix!.plaintext, appendix!.ports))
    test(`${row.name}: the second implementation opens it`, () => {
      expect(appendix!.read(vectors[index]!)).toEqual(appendix!.plaintext)
    })
  })
})

const markOf = (vector: Vector): unknown =>
  isJws(vector) ? vector.signatures[0]!.signature : isJwe(vector) ? vector.tag : vector.id

const headerOf = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString())
const words = (...parts: readonly string[]): string => parts.join(' ')

function outermost(vector: Vector): string {
  if (isJws(vector)) return headerOf(vector.signatures[0]!.protected).alg
  if (!isJwe(vector)) return ''
  const { alg, epk, enc } = headerOf(vector.protected)
  return words(alg, epk.crv, enc)
}

function wordsOf(layer: Layer | undefined): string {
  if (layer === undefined) return ''
  if ('sign' in layer) return layer.sign
  return words(layer.authenticated ? 'ECDH-1PU+A256KW' : 'ECDH-ES+A256KW', layer.curve, layer.enc)
}
