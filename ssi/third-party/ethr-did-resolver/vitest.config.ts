import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { defineConfig } from 'vitest/config'

const here = import.meta.dirname
const library = join(dirname(createRequire(import.meta.url).resolve('ethr-did-resolver')), '..')

/**
 * Runs the tests that ethr-did-resolver ships, unmodified, from node_modules: on our development chain in place of
 * hardhat's, and with the registry that the marketplace deploys in place of the package's own.
 *
 *   npx vitest run --config ssi/third-party/ethr-did-resolver/vitest.config.ts
 */
export default defineConfig({
  root: library,
  cacheDir: join(here, '../../../node_modules/.vite/ethr-did-resolver'),
  plugins: [
    {
      name: 'our chain and registry',
      enforce: 'pre',
      resolveId: (source, importer) => {
        if (!importer?.startsWith(library)) return undefined
        if (source === 'hardhat') return join(here, 'local-chain.ts')
        if (source.endsWith('/config/EthereumDIDRegistry') || source.endsWith('/config/EthereumDIDRegistry.js'))
          return join(here, 'registry.ts')
        return undefined
      },
    },
  ],
  test: {
    include: ['src/__tests__/**/*.test.ts'],
    exclude: process.env.OPEM_ONLINE ? [] : ['**/networks.integration.test.ts'],
    server: { deps: { inline: [/ethr-did-resolver/] } },
    globalSetup: join(here, 'start-chain.ts'),
    // They stop and start the chain's mining.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
