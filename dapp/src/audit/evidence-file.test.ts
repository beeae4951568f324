import { expect, test } from 'vitest'
import { parseEvidence } from './evidence-file.ts'

test('a file that is no evidence names its line', () => {
  expect(() => parseEvidence('\n{"community":')).toThrow('Line 2 is not JSON')
  expect(() => parseEvidence('{"community":"0x00"}\n')).toThrow(/Line 1: /)
  expect(parseEvidence('\n\n')).toEqual({ batches: [], adjustments: [] })
})
