import { type PresentationTerms, presentationTypedData } from '@opem/domain'
import { type Hex, hexToBytes, sha256, stringToBytes } from 'viem'
import { credentialHashOf } from '../credential/hash.ts'
import { decodeBase64url, encodeBase64url } from '../did/base64url.ts'
import type { HolderProof } from '../verifier/types.ts'
import { CHAIN, type Person } from './world.ts'

type Members = Record<string, unknown>

const encode = (value: unknown): string => encodeBase64url(stringToBytes(JSON.stringify(value)))
const decode = (part: string): Members => JSON.parse(new TextDecoder().decode(decodeBase64url(part)!)) as Members

export const payloadOf = (jwt: string): Members => decode(jwt.split('.')[1]!)

export const es256k =
  ({ wallet }: Person) =>
  async (input: string): Promise<string> =>
    encodeBase64url(hexToBytes(await wallet.sign({ hash: sha256(stringToBytes(input)) })).slice(0, 64))

/** The same JWT with another header or payload; signed anew by `sign`, or else under the old signature. */
export async function forge(
  jwt: string,
  change: { header?: (header: Members) => unknown; payload?: (payload: Members) => unknown },
  sign?: (input: string) => Promise<string> | string,
): Promise<string> {
  const [header, payload, signature] = jwt.split('.') as [string, string, string]
  const input = [
    change.header ? encode(change.header(decode(header))) : header,
    change.payload ? encode(change.payload(decode(payload))) : payload,
  ].join('.')
  return `${input}.${sign ? await sign(input) : signature}`
}

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** The other spelling of an ES256K signature: s becomes n − s. */
export function otherS(jwt: string): string {
  const [header, payload, signature] = jwt.split('.') as [string, string, string]
  const bytes = decodeBase64url(signature)!
  const s = BigInt(`0x${Buffer.from(bytes.slice(32)).toString('hex')}`)
  const other = Buffer.from((ORDER - s).toString(16).padStart(64, '0'), 'hex')
  return [header, payload, encodeBase64url(Buffer.concat([bytes.slice(0, 32), other]))].join('.')
}

type Eip712 = Extract<HolderProof, { kind: 'eip712' }>

/** An EIP-712 presentation as a browser wallet makes it. */
export async function signPresentation(
  { did, wallet }: Person,
  terms: Pick<PresentationTerms, 'operation' | 'challenge' | 'audience'> & { readonly expires: number },
  credentials: readonly string[],
  holder: string = did,
): Promise<Eip712> {
  const { challenge, expires } = terms
  const signature: Hex = await wallet.signTypedData(
    presentationTypedData({
      ...terms,
      chainId: CHAIN,
      holder: holder.slice(holder.lastIndexOf(':') + 1) as Hex,
      credentials: credentials.map(credentialHashOf),
    }),
  )
  return { kind: 'eip712', holder, challenge, expires, credentials, signature }
}
