import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { forms } from './forms.ts'
import { below, type PrivateValues, SECRET_FOLDERS, secretsOfFiles } from './private-values.ts'
import type { Trace } from './public-traces.ts'

/** Where private values stand in the open: what, and in which place. */
export function leaks(values: PrivateValues, traces: readonly Trace[]): string[] {
  // One text of all, so that each form is looked for once; a find is then located.
  const all = Buffer.concat(traces.flatMap(({ bytes }) => [bytes, Buffer.from([0])]))
  const found: string[] = []
  for (const [what, value] of values) {
    const seen = forms(value).filter((form) => all.includes(form))
    for (const { place } of traces.filter(({ bytes }) => seen.some((form) => bytes.includes(form))))
      found.push(`${what}: ${place}`)
  }
  return found
}

const mode = (path: string) => (lstatSync(path).mode & 0o777).toString(8)

/**
 * Files that hold secrets and that more than their owner may read or write: all of the folders for secrets, and whatever
 * else in the home holds one of these secrets. Postgres guards its own folder, of which the mode is looked at.
 */
export function openSecrets(home: string, folders: readonly string[] = []): string[] {
  const secretPlaces = [...SECRET_FOLDERS, ...folders]
  const secrets = [...secretsOfFiles(home, secretPlaces).values()].map((value) => Buffer.from(value))
  const found: string[] = []
  for (const path of below(home, '.')) {
    const at = join(home, path)
    const entry = lstatSync(at)
    const isSecret = secretPlaces.some((folder) => path === folder || path.startsWith(`${folder}/`))
    if (entry.isDirectory()) {
      if ((isSecret || path === '.' || /^postgres\/data$/.test(path)) && mode(at) !== '700')
        found.push(`${path} has mode ${mode(at)}`)
    } else if (entry.isFile() && mode(at) !== '600') {
      if (isSecret) found.push(`${path} has mode ${mode(at)}`)
      else if (entry.size < LARGEST && !path.startsWith('postgres/')) {
        const bytes = readFileSync(at)
        if (secrets.some((secret) => bytes.includes(secret))) found.push(`${path} holds a secret, mode ${mode(at)}`)
      }
    }
  }
  return found
}

const LARGEST = 50_000_000
