import { runInOrder } from './run.ts'

/** `npm run check`: types, lint with import directions, format of TypeScript and Solidity. */
export async function check(): Promise<number> {
  return runInOrder([
    ['tsc', ['-p', '.', '--noEmit']],
    ['biome', ['check', '--error-on-warnings', '.']],
    ['prettier', ['--check', '--plugin', 'prettier-plugin-solidity', 'contracts/**/*.sol', 'test/**/*.sol']],
  ])
}
