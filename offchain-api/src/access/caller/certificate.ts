import { TLSSocket } from 'node:tls'
import type { Request } from 'express'

/**
 * SHA-256 of the certificate with which the caller opened the TLS connection, in lower-case hex. The handshake proved
 * that the caller holds its key (RFC 8446 §4.4.3); whose it is, the configured fingerprint says, not a certificate authority.
 */
export function certificateOf(request: Request): string | undefined {
  if (!(request.socket instanceof TLSSocket)) return undefined
  const certificate = request.socket.getPeerCertificate()
  if (!certificate?.fingerprint256) return undefined
  const now = Date.now()
  if (Date.parse(certificate.valid_from) > now || Date.parse(certificate.valid_to) <= now) return undefined
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase()
}
