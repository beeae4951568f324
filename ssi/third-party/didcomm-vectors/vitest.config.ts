import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const here = import.meta.dirname

/**
 * Runs the vectors of DIDComm v2 that an npm package carries in its own tests (README.md), and therefore needs the registry. The
 * suite is no `.test.ts`, so that `npm test` does not need it too.
 *
 *   npx vitest run --config ssi/third-party/didcomm-vectors/vitest.config.ts
 */
export default defineConfig({
  root: here,
  cacheDir: join(here, '../../../node_modules/.vite/didcomm-vectors'),
  test: {
    include: ['vectors.suite.ts'],
    globalSetup: join(here, 'fetch-package.ts'),
  },
})
