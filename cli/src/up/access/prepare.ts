import { mkdirSync } from 'node:fs'
import { accessPath } from './paths.ts'
import { prepareServerCertificate } from './server-certificate.ts'
import { prepareSystems } from './systems.ts'

/** Who the marketplace's own machines are, before any of them starts. A second call finds it as it was. */
export async function prepareAccess(home: string, { demo }: { readonly demo: boolean }): Promise<void> {
  mkdirSync(accessPath(home), { recursive: true, mode: 0o700 })
  await prepareSystems(home, demo)
  prepareServerCertificate(home, Math.floor(Date.now() / 1000))
}
