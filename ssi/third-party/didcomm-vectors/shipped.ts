import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Jwe, NamedKey } from '../../src/didcomm/testing/second-jwe.ts'

/** The package's tests that hold what we need: a message with its plaintext, and the keys of the specification's appendix. */
export const SHIPPED_FILES = ['src/__tests__/encryption.test.ts', 'src/__tests__/trust-ping-interop.test.ts'] as const
type Texts = readonly [encryption: string, trustPing: string]

export interface Shipped {
  /** C.3 ECDH-ES, X25519, XC20P, for the first of Bob's three keys only. */
  readonly jwe: Jwe
  readonly plaintext: string
  /** Bob's three X25519 keys and Alice's Ed25519 key, private. */
  readonly bob: readonly NamedKey[]
  readonly alice: NamedKey
}

export const readTexts = (folder: string): Texts =>
  SHIPPED_FILES.map((file) => readFileSync(join(folder, file), 'utf8')) as unknown as Texts

const base64url = z.string().regex(/^[\w-]+$/)
const ShippedJwe = z.strictObject({
  ciphertext: base64url,
  protected: base64url,
  recipients: z.tuple([
    z.strictObject({
      encrypted_key: base64url,
      header: z.strictObject({ kid: z.literal('did:example:bob#key-x25519-1') }),
    }),
  ]),
  tag: z.literal('6ylC_iAs4JvDQzXeY6MuYQ'),
  iv: base64url,
})

/** Reads texts of TypeScript as text: nothing of theirs runs. Throws where they are not as they were. */
export function parseShipped([encryption, trustPing]: Texts): Shipped {
  const [literal, plaintext] = matches(
    encryption,
    /it\('XC20P with ECDH-ES\+A256KW and protected header', .*?const jwe = (\{.*?\n {6}\})\n.*?const expected = '([^'\n]*)'\n/gs,
    1,
    'the test of ECDH-ES+A256KW with XC20P',
  )[0]!
  const bob = matches(
    trustPing,
    /kid: '(did:example:bob#key-x25519-[123])',\s+publicKeyHex: .*\('([\w-]{43})'\)\),\s+privateKeyHex: .*\('([\w-]{43})'\)\),\n/g,
    3,
    "Bob's keys",
  )
  const [x, d] = ['X', 'D'].map(
    (member) =>
      matches(
        trustPing,
        new RegExp(`const senderSecretEd25519${member} = '([\\w-]{43})'\\n`, 'g'),
        1,
        "Alice's key",
      )[0]![0]!,
  )
  return {
    jwe: messageOf(literal!),
    plaintext: plaintext!,
    bob: bob.map(([kid, x, d]) => ({ kid: kid!, jwk: { kty: 'OKP', crv: 'X25519', x: x!, d: d! } })),
    alice: { kid: 'did:example:alice#key-1', jwk: { kty: 'OKP', crv: 'Ed25519', x: x!, d: d! } },
  }
}

/** What a pattern finds, as often as it is expected. */
function matches(text: string, pattern: RegExp, expected: number, what: string): string[][] {
  const found = [...text.matchAll(pattern)].map(([, ...groups]) => groups as string[])
  if (found.length !== expected)
    throw new Error(`ERR_SHAPE: ${what} stands ${found.length} times in the package's tests, not ${expected} times`)
  return found
}

function messageOf(literal: string): Jwe {
  const parsed = ShippedJwe.safeParse(JSON.parse(jsonOf(literal)))
  if (!parsed.success) throw new Error(`ERR_SHAPE: the shipped message is another: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** An object of strings as JSON: names quoted, quotes doubled, commas before a closing bracket left out. */
const jsonOf = (literal: string): string =>
  literal
    .replace(/^(\s*)(\w+):/gm, '$1"$2":')
    .replace(/'([^'"\\]*)'/g, '"$1"')
    .replace(/,(\s*[}\]])/g, '$1')
