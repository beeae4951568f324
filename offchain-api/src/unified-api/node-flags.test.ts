import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { apiNodeFlags } from './node-flags.ts'

test('two cores are left to the API and Postgres, the others V8 may use', () => {
  expect([1, 2, 3, 6, 64].map(apiNodeFlags)).toEqual([
    ...[['--v8-pool-size=0'], ['--v8-pool-size=0'], ['--v8-pool-size=1'], ['--v8-pool-size=4'], ['--v8-pool-size=4']],
  ])
})

test('Node takes them', () => {
  expect(execFileSync(process.execPath, [...apiNodeFlags(2), '-p', '6 * 7'], { encoding: 'utf8' })).toBe('42\n')
})
