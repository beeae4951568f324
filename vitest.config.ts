import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{domain,adaptors,oracle,ssi,offchain-api,dapp,cli,contracts,bench}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/artifacts/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
