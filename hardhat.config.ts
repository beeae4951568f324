import { fileURLToPath } from 'node:url'
import ignition from '@nomicfoundation/hardhat-ignition'
import { defineConfig } from 'hardhat/config'

const thorough = process.env.CI !== undefined && process.env.CI !== ''

const compiler = {
  version: '0.8.34',
  // The compiler comes with npm: nothing is downloaded.
  path: fileURLToPath(new URL('node_modules/solc/soljson.js', import.meta.url)),
}
const settings = { evmVersion: 'cancun', optimizer: { enabled: true, runs: 1_000_000 } }

export default defineConfig({
  plugins: [ignition],
  paths: { sources: 'contracts', tests: { solidity: 'test/contracts' } },
  solidity: {
    npmFilesToBuild: [
      '@openzeppelin/contracts/access/manager/AccessManager.sol',
      '@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol',
    ],
    profiles: {
      default: {
        compilers: [{ ...compiler, settings }],
        overrides: {
          // viaIR takes 1,100 gas off the hourly settlement, whose aim is 700 gas per member of a hundred. Elsewhere it only
          // takes time; tests deploy the artifact, so they test what is deployed.
          'contracts/communities/Settlement.sol': { ...compiler, settings: { ...settings, viaIR: true } },
        },
      },
    },
  },
  test: {
    solidity: {
      // ERC-1056 as it is deployed: the bytecode that its authors published.
      fsPermissions: { readFile: ['contracts/abi/bytecode.json'] },
      fuzz: { runs: thorough ? 2_000 : 256, seed: '0x6f70656d' },
      invariant: { runs: thorough ? 64 : 12, depth: thorough ? 64 : 32, failOnRevert: true },
    },
  },
})
