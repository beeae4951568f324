import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

/** Folders that hold made things, not sources. */
const MADE = new Set(['node_modules', 'dist', 'build', 'generated', 'artifacts', 'cache', '.output'])

async function filesIn(path: string): Promise<string[]> {
  if (!existsSync(path)) return []
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { withFileTypes: true })
  const nested = entries
    .filter((entry) => !MADE.has(entry.name) && !/^\.|\.test\.tsx?$/.test(entry.name))
    .map((entry) => filesIn(join(path, entry.name)))
  return (await Promise.all(nested)).flat()
}

/** One hash over the names and contents of all source files at `paths` (files or folders). */
export async function fingerprintOf(root: string, paths: readonly string[]): Promise<string> {
  const files = (await Promise.all(paths.map((path) => filesIn(join(root, path))))).flat().sort()
  const hash = createHash('sha256')
  for (const file of files)
    hash
      .update(`${relative(root, file)}\0`)
      .update(await readFile(file))
      .update('\0')
  return hash.digest('hex')
}

/** Whether what `mark` stands for was made from sources with this fingerprint. */
export async function isCurrent(mark: string, fingerprint: string): Promise<boolean> {
  return existsSync(mark) && (await readFile(mark, 'utf8')) === fingerprint
}

export async function markCurrent(mark: string, fingerprint: string): Promise<void> {
  await mkdir(dirname(mark), { recursive: true })
  await writeFile(mark, fingerprint)
}
