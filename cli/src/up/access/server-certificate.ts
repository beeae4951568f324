import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createSelfSigned } from '@opem/adaptors/certificate'
import { serverTls } from './paths.ts'

const DAYS = 3650
/** Before this many days are left, a new one is made at the next start. */
const RENEW_DAYS = 30

/** Makes the servers' TLS key and certificate at the first start, and again before they are over. @param now epoch seconds */
export function prepareServerCertificate(home: string, now: number): void {
  const { key, certificate } = serverTls(home)
  if (existsSync(key) && existsSync(certificate)) {
    const until = Date.parse(new X509Certificate(readFileSync(certificate)).validTo)
    if (until > (now + RENEW_DAYS * 86_400) * 1000) return
  }
  const made = createSelfSigned('opem', now - 3600, DAYS)
  for (const [path, text] of [
    [key, made.key],
    [certificate, made.certificate],
  ] as const) {
    writeFileSync(`${path}.tmp`, text, { mode: 0o600 })
    renameSync(`${path}.tmp`, path)
  }
}
