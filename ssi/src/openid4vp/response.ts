import { createPrivateKey } from 'node:crypto'
import { ok, refuse } from '@opem/domain'
import { compactDecrypt } from 'jose'
import { z } from 'zod'
import { decodeBase64url } from '../did/base64url.ts'
import { parseExactObject } from '../verifier/exact-json.ts'
import { isSame } from '../verifier/expected.ts'
import type { Verified } from '../verifier/types.ts'
import type { ResponseKey } from './response-key.ts'

/** Presentations by the id of the query that they answer (OpenID4VP 1.0 §8.1). */
const VpToken = z.record(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), z.array(z.string()).length(1))
export type VpToken = z.infer<typeof VpToken>

const LONGEST = 524_288
const Header = z.strictObject({
  alg: z.literal('ECDH-ES'),
  enc: z.enum(['A128GCM', 'A256GCM']),
  kid: z.string(),
  epk: z.looseObject({ kty: z.literal('EC'), crv: z.literal('P-256') }),
  apu: z.string().optional(),
  apv: z.string().optional(),
  typ: z.string().optional(),
  cty: z.string().optional(),
})

/**
 * Reads a wallet's answer, the body of its POST (application/x-www-form-urlencoded). Unknown parameters are ignored
 * (§8.1), known ones may stand once. What is in the vp_token is not verified yet.
 * @param expected the request's state, and its response key when the answer has to be encrypted
 */
export async function readAuthorisationResponse(
  body: string,
  { state, responseKey }: { readonly state: string; readonly responseKey?: ResponseKey | undefined },
): Promise<Verified<VpToken>> {
  const shape = (reason: string) => refuse('ERR_VP_SHAPE', reason)
  if (body.length > LONGEST) return shape('The wallet’s answer is too long.')
  const form = new URLSearchParams(body)
  const twice = ['vp_token', 'state', 'response', 'error'].find((name) => form.getAll(name).length > 1)
  if (twice) return shape(`The wallet’s answer has ${twice} twice.`)
  const error = form.get('error')
  if (error !== null) return shape(`The wallet declined: ${/^[a-z_]{1,40}$/.test(error) ? error : 'an unknown error'}.`)

  const answer = responseKey
    ? await decrypted(form.get('response') ?? '', responseKey)
    : { vp_token: parseExactObject(form.get('vp_token') ?? ''), state: form.get('state') }
  if (!answer) return shape('The wallet’s answer is not encrypted to the key of this request, ECDH-ES with AES-GCM.')
  if (typeof answer.state !== 'string' || !isSame(answer.state, state)) {
    return refuse('ERR_VP_CHALLENGE', 'The wallet’s answer is to another request (state).')
  }
  const vpToken = VpToken.safeParse(answer.vp_token)
  if (!vpToken.success) return shape('vp_token needs one presentation for each query, {"id":["…"]}.')
  return ok(vpToken.data)
}

/** The members of an encrypted answer; undefined when it is none, or encrypted in another way than was asked for. */
async function decrypted(jwe: string, { kid, jwk }: ResponseKey): Promise<Record<string, unknown> | undefined> {
  const [first = ''] = jwe.split('.')
  const header = Header.safeParse(parseExactObject(textOf(decodeBase64url(first))))
  if (!header.success || header.data.kid !== kid) return undefined
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  return compactDecrypt(jwe, key, {
    keyManagementAlgorithms: ['ECDH-ES'],
    contentEncryptionAlgorithms: ['A128GCM', 'A256GCM'],
  }).then(
    ({ plaintext }) => parseExactObject(textOf(plaintext)),
    () => undefined,
  )
}

const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes)
