import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { OpemError } from '@opem/domain'
import { certificateClient, type RequestClient } from '@opem/ssi/openid4vp'

/** The certificate under which EU wallets are asked, as the environment names it; paths of PEM files. */
export interface VerifierFiles {
  /** The marketplace's own certificate first, then those between it and the authority that wallets trust. */
  readonly certificate: string | undefined
  /** Its P-256 key, PKCS #8, mode 600. */
  readonly key: string | undefined
  /** Where wallets reach this API. */
  readonly publicUrl: string | undefined
}

/** A client whose certificate ends. */
export interface VerifierCertificate {
  readonly client: RequestClient
  /** Epoch seconds: the earliest end of a certificate in the chain. */
  readonly validTo: number
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000)

/**
 * Reads the certificate for EU wallets (HAIP 1.0 §5: `x509_hash`); undefined when none is set.
 * @param now epoch seconds
 * @throws ERR_VERIFIER_CERTIFICATE when a wallet would refuse it: one file without the other, a key that others may read
 * or that is another certificate's, a certificate that is over, not begun, self-signed, out of order or for another host
 */
export function readVerifierCertificate(files: VerifierFiles, now: number): VerifierCertificate | undefined {
  const { certificate, key, publicUrl } = files
  if (certificate === undefined && key === undefined) return undefined
  if (certificate === undefined || key === undefined) {
    throw unfit('OPEM_VERIFIER_CERTIFICATE and OPEM_VERIFIER_KEY belong together: set both, or neither.')
  }
  const url = publicUrl === undefined ? undefined : new URL(publicUrl)
  if (url?.protocol !== 'https:') {
    throw unfit('A certificate for EU wallets needs OPEM_PUBLIC_URL, an https address on the host that it is for.')
  }
  const certificates = read(certificate)
  const chain = chainIn(certificates, certificate)
  for (const one of chain) checkTime(one, now)
  chain.forEach((one, index) => {
    const above = chain[index + 1]
    if (above && !(one.checkIssued(above) && one.verify(above.publicKey))) {
      throw unfit(
        `${certificate} is out of order: ${nameOf(one)} was not issued by ${nameOf(above)}, which follows it.`,
      )
    }
  })
  if (chain[0]!.checkHost(url.hostname, { subject: 'never' }) === undefined) {
    throw unfit(
      `${certificate} is for ${chain[0]!.subjectAltName ?? 'no host'}, and wallets are sent to ${url.hostname} (OPEM_PUBLIC_URL).`,
    )
  }
  return {
    client: clientOf({ certificates, privateKey: readKey(key), host: url.hostname }, certificate),
    validTo: Math.min(...chain.map(({ validToDate }) => seconds(validToDate))),
  }
}

function clientOf(it: Omit<Parameters<typeof certificateClient>[0], 'prefix'>, path: string): RequestClient {
  try {
    return certificateClient({ ...it, prefix: 'x509_hash' })
  } catch (cause) {
    if (cause instanceof OpemError) throw unfit(`${path}: ${cause.shortMessage}`)
    // A parser's own error could quote the key.
    throw unfit(`The key of ${path} cannot be read: it needs to be PEM, PKCS #8, P-256.`)
  }
}

function chainIn(text: string, path: string): X509Certificate[] {
  const pems = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  try {
    if (pems.length > 0) return pems.map((pem) => new X509Certificate(pem))
  } catch {
    // said below
  }
  throw unfit(`${path} holds no certificate: give PEM, the marketplace's own first.`)
}

/** @throws ERR_VERIFIER_CERTIFICATE naming when it was or will be good */
function checkTime(certificate: X509Certificate, now: number): void {
  const { validFromDate, validToDate } = certificate
  if (now >= seconds(validToDate)) {
    throw unfit(`The certificate of ${nameOf(certificate)} ended at ${validToDate.toISOString()}: get a new one.`)
  }
  if (now < seconds(validFromDate)) {
    throw unfit(
      `The certificate of ${nameOf(certificate)} begins at ${validFromDate.toISOString()}: look at the clock.`,
    )
  }
}

const nameOf = ({ subject }: X509Certificate): string => subject.replaceAll('\n', ', ')

function readKey(path: string): string {
  const text = read(path)
  const mode = statSync(path).mode & 0o777
  if ((mode & 0o077) === 0) return text
  throw unfit(`${path} has mode ${mode.toString(8)} and needs 600, because others could read it: chmod 600 ${path}`)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw unfit(`There is no file ${path} that can be read.`)
  }
}

const unfit = (shortMessage: string): OpemError => new OpemError({ code: 'ERR_VERIFIER_CERTIFICATE', shortMessage })
