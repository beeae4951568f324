import { createHash, createPrivateKey, sign, X509Certificate } from 'node:crypto'
import { OpemError } from '@opem/domain'
import { hexToBytes, sha256 as sha256OfBytes } from 'viem'
import type { JwtSigner } from '../credential/sign-jwt.ts'

/** How the marketplace shows a wallet who asks (OpenID4VP 1.0 §5.9): a client id with prefix, and a signature. */
export interface RequestClient {
  readonly clientId: string
  /** JOSE header members that let the wallet find the key. */
  readonly header: { readonly alg: string } & ({ readonly kid: string } | { readonly x5c: readonly string[] })
  /** The only host that response URIs may have; undefined for any. */
  readonly host: string | undefined
  sign(signingInput: string): Promise<Uint8Array>
}

/**
 * The marketplace's DID as client (`decentralized_identifier`), signed with ES256K. For wallets that resolve did:ethr;
 * those of the EU's profile (HAIP) do not.
 * @param kid DID URL of the verification method, in the DID's document
 */
export const didClient = ({ did, kid, signer }: { did: string; kid: string; signer: JwtSigner }): RequestClient => ({
  clientId: `decentralized_identifier:${did}`,
  header: { alg: 'ES256K', kid },
  host: undefined,
  sign: async (input) =>
    hexToBytes(await signer.sign({ hash: sha256OfBytes(new TextEncoder().encode(input)) })).slice(0, 64),
})

/**
 * A certificate as client: `x509_hash` (what HAIP 1.0 demands) or `x509_san_dns`.
 * @param certificates PEM, the marketplace's own first, without the trust anchor
 * @param privateKey PEM (PKCS #8) of the first certificate's P-256 key
 * @throws ERR_OPENID4VP_CLIENT when a wallet would refuse it
 */
export function certificateClient({
  prefix,
  certificates,
  privateKey,
  host,
}: {
  readonly prefix: 'x509_hash' | 'x509_san_dns'
  readonly certificates: string
  readonly privateKey: string
  /** The DNS name of the response URI; has to be a dNSName of the certificate for `x509_san_dns`. */
  readonly host: string
}): RequestClient {
  const chain = (certificates.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (pem) => new X509Certificate(pem),
  )
  const leaf = chain[0]
  if (!leaf) throw unfit('There is no certificate: give PEM, the own one first.')
  const key = createPrivateKey(privateKey)
  if (!leaf.checkPrivateKey(key)) throw unfit('The private key is not that of the first certificate.')
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw unfit('The certificate needs a P-256 key (ES256).')
  if (chain.some((one) => one.checkIssued(one))) {
    throw unfit(
      'A certificate is self-signed: wallets need one of an authority that they trust, without the trust anchor.',
    )
  }
  const names = (leaf.subjectAltName ?? '').split(', ').map((name) => name.toLowerCase())
  if (prefix === 'x509_san_dns' && !names.includes(`dns:${host}`)) throw unfit(`The certificate is not for ${host}.`)
  return {
    clientId: prefix === 'x509_san_dns' ? `x509_san_dns:${host}` : `x509_hash:${hashOf(leaf.raw)}`,
    header: { alg: 'ES256', x5c: chain.map(({ raw }) => raw.toString('base64')) },
    host,
    sign: async (input) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }),
  }
}

const hashOf = (der: Uint8Array) => createHash('sha256').update(der).digest('base64url')

const unfit = (shortMessage: string) => new OpemError({ code: 'ERR_OPENID4VP_CLIENT', shortMessage })
