import { expect, test } from 'vitest'
import { judged, textCounts, vitestCounts } from './counts.ts'

test('a runner’s text gives its last counts, colours or not', () => {
  expect(textCounts('\u001b[32m  12 passing\u001b[39m\n  3 failing\n')).toEqual({ passed: 12, failed: 3 })
  expect(textCounts('Running…\n 4 passing (2s)\n 9 passing (5s)')).toEqual({ passed: 9, failed: 0 })
  expect(textCounts('2 failed')).toEqual({ passed: 0, failed: 2 })
  expect(textCounts('Compiled 3 files')).toBeUndefined()
})

test('a test file that could not be read counts as a failed test', () => {
  const report = {
    numPassedTests: 5,
    numFailedTests: 1,
    testResults: [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
    ],
  }
  expect(vitestCounts(report)).toEqual({ passed: 5, failed: 2 })
})

test('no test at all, or a bad end without a failed test, is a failure', () => {
  expect(judged(undefined, 0)).toEqual({ passed: 0, failed: 1 })
  expect(judged({ passed: 0, failed: 0 }, 0)).toEqual({ passed: 0, failed: 1 })
  expect(judged({ passed: 7, failed: 0 }, 1)).toEqual({ passed: 7, failed: 1 })
  expect(judged({ passed: 7, failed: 2 }, 1)).toEqual({ passed: 7, failed: 2 })
  expect(judged({ passed: 7, failed: 0 }, 0)).toEqual({ passed: 7, failed: 0 })
})
