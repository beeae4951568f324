import { stripVTControlCharacters } from 'node:util'

/** How many tests a runner ran. */
export interface Counts {
  readonly passed: number
  readonly failed: number
}

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { status: string }[] }[]
}

/** Counts of vitest's JSON report; a file that could not even be read counts as one failed test. */
export function vitestCounts(report: VitestReport): Counts {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  )
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length }
}

/** Counts in a runner's text, `12 passing` and `1 failing` or `12 passed`, `1 failed`; the last of each word stands. */
export function textCounts(output: string): Counts | undefined {
  const text = stripVTControlCharacters(output)
  const last = (words: RegExp) => [...text.matchAll(words)].at(-1)?.[1]
  const passed = last(/(\d+)\s+pass(?:ing|ed)\b/g)
  const failed = last(/(\d+)\s+fail(?:ing|ed|ures?)\b/g)
  return passed === undefined && failed === undefined
    ? undefined
    : { passed: Number(passed ?? 0), failed: Number(failed ?? 0) }
}

/**
 * What a runner's end is worth: without a single counted test, or with a bad exit code and no failed test, one test failed.
 * @param counts what it reported, undefined when nothing could be read
 */
export function judged(counts: Counts | undefined, exitCode: number): Counts {
  if (counts === undefined || counts.passed + counts.failed === 0) return { passed: 0, failed: 1 }
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}
