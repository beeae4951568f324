import { expect } from 'vitest'
import type { Instance } from '../instance.ts'
import { leaks, openSecrets } from './leaks.ts'
import { plant } from './plant.ts'
import { type PrivateValues, SECRET_FOLDERS, secretsOfFiles, valuesOfStore } from './private-values.ts'
import { chainTraces, logTraces } from './public-traces.ts'

const PLANTED = 'Plánted Person <planted@example.org>'

/**
 * Expects that nothing private of an instance's story stands in a log line or on chain, and that its secrets lie in files that
 * their owner alone reads. A planted value shows that the search finds what there is.
 * @param told what the story's people have and the instance does not know by itself
 * @param folders folders of the home with secrets that the story added
 * @returns what was looked for, by name
 */
export async function expectPrivate(
  instance: Instance,
  told: PrivateValues,
  folders: string[] = [],
): Promise<string[]> {
  const values = new Map([
    ...told,
    ...(await valuesOfStore(instance)),
    ...secretsOfFiles(instance.home, [...SECRET_FOLDERS, ...folders]),
  ])
  for (const name of ['privateKey of keys/operator.json', 'd of access/keys/command-line.json', 'access/agent-secret'])
    expect(values.has(name), [...values.keys()].join()).toBe(true)
  const planted = await plant(instance, PLANTED)
  const traces = [...logTraces(instance), ...(await chainTraces(instance.chain))]
  const readable = openSecrets(instance.home, folders)
  planted.remove()
  const control = leaks(new Map([['planted', PLANTED]]), traces).sort()
  expect(control).toEqual([
    `planted: calldata of ${planted.transaction}`,
    expect.stringMatching(`^planted: event \\d+ of ${planted.transaction}$`),
    ...['base64', 'hex', 'plain'].map((form) => `planted: logs/planted-${form}.log`),
  ])
  expect(leaks(new Map([['said', 'OPEM starts in']]), traces)).toEqual(['said: the output of opem up'])
  expect(leaks(values, traces)).toEqual([])
  expect(readable).toEqual(['planted.json holds a secret, mode 644'])
  return [...values.keys()]
}
