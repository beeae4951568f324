import { availableParallelism } from 'node:os'

/**
 * Flags of Node for the API's process on a machine with so many cores. V8 collects garbage and compiles on threads of its
 * own, four unless told. On two cores these take the core from Postgres, and every request waits for both: 500 reads a
 * second had a p99 of 52 ms with them and 19 ms without (`npm run bench -- api`). Two cores are left to the API's own thread and
 * to Postgres; what there is beyond them V8 may have.
 */
export const apiNodeFlags = (cores = availableParallelism()): string[] => [
  `--v8-pool-size=${Math.min(4, Math.max(0, cores - 2))}`,
]
