import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from './run.ts'

// The project's own rules over a folder with the same rooms, so that a planted file never stands in the checkout.
let house: string
beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'opem-lint-'))
  copyFileSync(join(ROOT, 'biome.json'), join(house, 'biome.json'))
})
afterAll(() => rmSync(house, { recursive: true, force: true }))

/** Whether the linter refuses a file of one import for its direction. */
function refuses(file: string, from: string): boolean {
  const path = join(house, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `import { it } from '${from}'\n\nexport const one = it\n`)
  const { stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/biome'), ['lint', path], {
    cwd: house,
    encoding: 'utf8',
  })
  rmSync(path)
  expect(`${stdout}${stderr}`).toMatch(/Checked 1 file/)
  return /noRestrictedImports/.test(stdout + stderr)
}

test.each([
  ['domain/src/planted.ts', 'viem'],
  ['domain/src/planted.ts', '../../oracle/src/index.ts'],
  ['contracts/planted.ts', '@opem/oracle'],
  ['contracts/ignition/planted.ts', '../../domain/src/index.ts'],
  ['adaptors/src/planted.ts', '@opem/oracle'],
  ['adaptors/src/planted.ts', '../../oracle/src/index.ts'],
  ['oracle/src/planted.ts', '@opem/adaptors'],
  ['oracle/src/planted.ts', '@opem/ssi'],
  ['oracle/src/planted.ts', '@opem/ssi/agent'],
  ['adaptors/src/planted.ts', '@opem/ssi/agent'],
  ['oracle/src/api/planted.ts', '../../../adaptors/src/index.ts'],
  ['oracle/src/planted.ts', '../../contracts/abi/index.ts'],
  ['ssi/src/planted.ts', '@opem/offchain-api'],
  ['offchain-api/src/planted.ts', '@opem/oracle'],
  ['dapp/src/planted.ts', '@opem/ssi'],
  ['dapp/src/planted.ts', '../../offchain-api/src/index.ts'],
  ['cli/src/planted.ts', '../../oracle/src/index.ts'],
])('%s may not import %s', (file, from) => {
  expect(refuses(file, from)).toBe(true)
})

test.each([
  ['domain/src/planted.ts', './periods/period.ts'],
  ['oracle/src/planted.ts', '@opem/domain'],
  ['oracle/src/planted.ts', '@opem/contracts'],
  ['oracle/src/planted.ts', '@opem/ssi/http-signature'],
  ['adaptors/src/planted.ts', '@opem/ssi/http-signature'],
  ['offchain-api/src/planted.ts', '@opem/ssi'],
  ['dapp/src/app/planted.ts', '../subgraph/graphql.ts'],
  ['cli/src/planted.ts', '@opem/adaptors'],
])('%s may import %s', (file, from) => {
  expect(refuses(file, from)).toBe(false)
})

// The mappings are AssemblyScript, which the linter does not read.
test('the mappings import generated code and each other only', () => {
  const folder = join(ROOT, 'subgraph/src')
  for (const file of readdirSync(folder))
    for (const [, from] of readFileSync(join(folder, file), 'utf8').matchAll(/from '([^']+)'/g))
      expect(from, file).toMatch(/^(\.\/|\.\.\/generated\/|@graphprotocol\/graph-ts$)/)
})
