import { type Hex, hexToBytes, sha256, stringToBytes } from 'viem'
import { encodeBase64url } from '../did/base64url.ts'

/** Only what signs a hash with secp256k1, as r, s and v (not ERC-2098, whose s is another): viem's local account, the marketplace, a hardware key. */
export interface JwtSigner {
  sign(parameters: { hash: Hex }): Promise<Hex>
}

const encode = (value: unknown): string => encodeBase64url(stringToBytes(JSON.stringify(value)))

/** A compact JWS over `payload`, ES256K (RFC 8812): sha256 of the signing input, r and s. */
export async function signJwt(payload: object, signer: JwtSigner): Promise<string> {
  const input = `${encode({ alg: 'ES256K', typ: 'JWT' })}.${encode(payload)}`
  const signature = await signer.sign({ hash: sha256(stringToBytes(input)) })
  return `${input}.${encodeBase64url(hexToBytes(signature).slice(0, 64))}`
}
