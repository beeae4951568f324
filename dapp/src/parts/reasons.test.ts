import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const SOURCES = join(import.meta.dirname, '..')

/** What a button may wait for without a word: something that is under way, or a place in a list or a calendar. */
const WAITS =
  /^(!fresh|isDisabled|disabled|(\w+\.)?(isPending|isSuccess|isLoading|isFetching\w*|waits)|\w*busy|\w+\.busy|\w+\.data === undefined|state\.at === 'running'|waiting|index === .*|day\.date === today|option\.disabled \?\? false)$/i

test('a button that lacks something says what: none is disabled by what was not given yet', () => {
  const silent: string[] = []
  for (const file of globSync('**/*.tsx', { cwd: SOURCES })) {
    const text = readFileSync(join(SOURCES, file), 'utf8')
    for (const [, expression] of text.matchAll(/isDisabled=\{([^}]+)\}/g))
      for (const need of expression!.split('||').map((one) => one.trim()))
        if (!WAITS.test(need)) silent.push(`${file}: ${need}`)
  }
  expect(silent).toEqual([])
})
