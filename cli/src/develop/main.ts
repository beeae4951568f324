// The verbs behind npm start, npm test and npm run generate|check|bench; bootstrap.mjs starts this under Node 24.
import { reportFailure } from '../failure.ts'

const VERBS: Readonly<Record<string, () => Promise<(args: readonly string[]) => Promise<number>>>> = {
  start: async () => (await import('./start.ts')).start,
  test: async () => (await import('./test.ts')).test,
  generate: async () => (await import('./generate.ts')).generate,
  check: async () => (await import('./check.ts')).check,
  bench: async () => (await import('./bench.ts')).bench,
}

const [verb = '', ...args] = process.argv.slice(2)
try {
  const load = VERBS[verb]
  if (load === undefined) throw new Error(`"${verb}" is not a verb; use ${Object.keys(VERBS).join(', ')}`)
  process.exitCode = await (await load())(args)
} catch (error) {
  reportFailure(error, false)
}
