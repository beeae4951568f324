import { httpbis, type Request } from 'http-message-signatures'

/** The bytes that are signed (RFC 9421 §2.5). The package derives the components; what they must be is decided here. */
export function signatureBase(request: Request, covered: readonly string[], params: string): Buffer {
  const base = httpbis.createSignatureBase({ fields: [...covered] }, request)
  base.push(['"@signature-params"', [params]])
  return Buffer.from(httpbis.formatSignatureBase(base))
}
