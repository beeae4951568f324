import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')
const CODE =
  '{bootstrap.mjs,compose.yaml,{domain,contracts,adaptors,oracle,ssi,offchain-api,dapp,cli,test,bench}/**/*.{ts,tsx,mjs}}'
const NAME = /\bOPEM_[A-Z0-9_]*[A-Z0-9]/g
// An environment, one of zod's shapes, or the adaptors' `setting`.
const READ = /\benv\.(OPEM_\w+)|etting\('(OPEM_\w+)'|(OPEM_\w+): (?:z\b|file\b|port\b|Port\b|allowance\b)/g

const texts = (glob: string) =>
  globSync(glob, { cwd: ROOT, exclude: ['**/node_modules/**', '**/generated/**', '**/*.test.ts'] })
    .filter((path) => !path.includes('node_modules'))
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
const sorted = (names: Iterable<string>) => [...new Set(names)].sort()
const namesIn = (all: readonly string[]) => sorted(all.flatMap((text) => text.match(NAME) ?? []))

const code = texts(CODE)
const listed = namesIn(texts('docs/settings.md'))

test('docs/settings.md lists every setting that the code names', () => {
  const missing = namesIn(code).filter((name) => !listed.includes(name))
  expect(missing).toEqual([])
  expect(listed).toContain('OPEM_HOME')
})

test('docs/settings.md lists no setting that nobody reads', () => {
  const read = new Set(
    code.flatMap((text) => [...text.matchAll(READ)].map((found) => found[1] ?? found[2] ?? found[3])),
  )
  expect(listed.filter((name) => !read.has(name))).toEqual([])
})

test('no other page names a setting that docs/settings.md does not list', () => {
  const named = namesIn(texts('{*.md,docs/*.md,*/README.md}'))
  expect(named.filter((name) => !listed.includes(name))).toEqual([])
})
