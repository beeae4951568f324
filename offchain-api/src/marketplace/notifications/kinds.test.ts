import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { notificationKinds } from '@opem/domain'
import { expect, test } from 'vitest'

/** All sources of the API that are no tests. */
function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    return entry.name.endsWith('.ts') && !/\.(test|steps)\.ts$/.test(entry.name) ? [readFileSync(path, 'utf8')] : []
  })
}

test('whatever people can choose to be told is told somewhere', () => {
  const all = sources(join(import.meta.dirname, '../..')).join('\n')
  expect(notificationKinds.filter((kind) => !all.includes(`'${kind}'`))).toEqual([])
})
