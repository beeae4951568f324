import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { SHIPPED_FILES } from './shipped.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the unpacked package. */
    packageFolder: string
  }
}

const PACKAGE = '@veramo/did-comm@7.0.1'
const TARBALL = 'veramo-did-comm-7.0.1.tgz'
/** `npm view @veramo/did-comm@7.0.1 dist.integrity` */
const INTEGRITY = 'sha512-juLEWhw/6I1a9nS4RMw27GwQIhktMHAYCfwWhR290/UjdIpmlCLR/mOp16+D/UstVExHjv8FqNlQl1kAtb66wg=='
// A registry that hiccups is asked three times more; one that is away is said to be after some seconds.
const RETRIES = ['--fetch-retries=3', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=4000']

const run = promisify(execFile)

/** Fetches the package for the run and removes it afterwards; nothing of it is installed or executed. */
export default async function fetchPackage(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'opem-didcomm-vectors-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await pack(folder)
    checkIntegrity(await readFile(join(folder, TARBALL)))
    await run('tar', ['-xzf', TARBALL, ...SHIPPED_FILES.map((file) => `package/${file}`)], { cwd: folder })
  } catch (error) {
    await remove()
    throw error
  }
  project.provide('packageFolder', join(folder, 'package'))
  return remove
}

async function pack(folder: string): Promise<void> {
  const options = { cwd: folder, timeout: 60_000 }
  await run('npm', ['pack', PACKAGE, '--ignore-scripts', ...RETRIES], options).catch((error) => {
    const words = error.stderr || error.message
    throw new Error(
      `ERR_REGISTRY: the npm registry did not give ${PACKAGE}, without which no vector runs here. Is it reachable (npm ping)? npm said: ${words}`,
    )
  })
}

/** Throws unless the tarball is byte for byte the one that was read when its vectors were written down. */
export function checkIntegrity(tarball: Uint8Array): void {
  const found = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  if (found !== INTEGRITY) throw new Error(`ERR_INTEGRITY: ${PACKAGE} is ${found}, pinned is ${INTEGRITY}`)
}
