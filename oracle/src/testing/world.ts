import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deploy } from '@opem/contracts/deploy'
import { createKeyFile } from '@opem/ssi'
import { createPublicClient, createTestClient, createWalletClient, type Hex, http, parseEther } from 'viem'
import { generatePrivateKey, mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { withdraw } from '../../../offchain-api/src/access/meter-authorisation/authorisations.ts'
import { createOperationalStore } from '../../../offchain-api/src/operational/store.ts'
import {
  freePort,
  startApi,
  startLake,
  startPostgres,
  temporaryFolder,
} from '../../../offchain-api/src/testing/harness.ts'
import { accreditMeterOperator, createIdentities } from './identities.ts'
import { startAnvil, startChild } from './processes.ts'

const MNEMONIC = 'test test test test test test test test test test test junk' // anvil's own
export const MINIMUM_BOND = parseEther('1')

/** A real chain with the contracts, a real lake and API, and three keys seated in the committee with quorum two. */
export async function openWorld({ correctionWindow = 86_400 } = {}) {
  const folder = await temporaryFolder()
  const anvil = await startAnvil(await freePort())
  const [postgres, lake] = await Promise.all([
    startPostgres({ dir: join(folder.path, 'postgres') }),
    startLake({ dir: join(folder.path, 'lake') }),
  ])
  const nodeKeys = [1, 2, 3].map(() => generatePrivateKey())
  const operator = mnemonicToAccount(MNEMONIC)
  const registrarFile = join(folder.path, 'registrar.json')
  const registrar = await createKeyFile(registrarFile)
  const deployment = await deploy({
    rpcUrl: anvil.url,
    deploymentDir: join(folder.path, 'deployment'),
    operatorKey: `0x${Buffer.from(operator.getHdKey().privateKey!).toString('hex')}`,
    oracleNodes: nodeKeys.map((key) => privateKeyToAccount(key).address),
    quorum: 2,
    minimumBond: MINIMUM_BOND,
    correctionWindow,
    timelockSeconds: 0,
    registrars: [registrar.address],
    operators: [operator.address, registrar.address],
  })
  const deploymentPath = join(folder.path, 'deployment.json')
  writeFileSync(deploymentPath, JSON.stringify(deployment))
  const transport = http(anvil.url)
  const test = createTestClient({ mode: 'anvil', transport })
  for (const { address } of [registrar, ...nodeKeys.map((key) => privateKeyToAccount(key))]) {
    await test.setBalance({ address, value: parseEther('100') })
  }
  const identities = await createIdentities(folder.path)
  const wallet = createWalletClient({ transport, account: operator })
  const { IssuerRegistry } = deployment.addresses
  const apiPort = await freePort()
  const startTheApi = () =>
    startApi({
      ...{ postgresUrl: postgres.url, lakeUrl: lake.url, deploymentPath, port: apiPort, chainUrl: anvil.url },
      access: { dir: join(folder.path, 'access'), registrarFile },
    })
  let api = await startTheApi()
  const ports = [await freePort(), await freePort(), await freePort()]
  const children = new Set<ReturnType<typeof startChild>>()

  return {
    deployment,
    chainUrl: anvil.url,
    apiUrl: `http://127.0.0.1:${apiPort}`,
    client: createPublicClient({ transport, pollingInterval: 20 }),
    wallet,
    /** Asks the API as the operator's command line, whose key is in the file. */
    fetch: identities.fetch,
    systemKeyFile: identities.keyFile('command-line'),
    nodeKeyFile: (seat: number) => identities.keyFile(`oracle-${seat + 1}`),
    systemsFile: identities.systemsFile,
    /** As a member does at the API: the meter is not used in periods from `until` (epoch seconds) on. */
    async withdrawMeter(it: { community: string; member: string; meter: string; until: number }) {
      const store = createOperationalStore({ url: postgres.url })
      const { community, member, meter, until } = it
      if (!(await withdraw(store.rows, { community, members: [member], meter, until })))
        throw new Error('nothing stood')
      await store.close()
    },
    dataSource: await accreditMeterOperator(wallet, IssuerRegistry, deployment.chainId),
    test,
    nodeAddress: (seat: number) => privateKeyToAccount(nodeKeys[seat]!).address,
    api: {
      stop: () => api.stop(),
      start: async () => {
        api = await startTheApi()
      },
    },
    /** Starts the node of a seat; its folder stays the same from one start to the next. */
    async startNode(seat: number, change: { readonly program?: string; readonly env?: Record<string, string> } = {}) {
      const dir = join(folder.path, `node-${seat}`)
      mkdirSync(dir, { recursive: true, mode: 0o700 })
      const keyFile = join(folder.path, `key-${seat}.json`)
      writeFileSync(keyFile, JSON.stringify({ privateKey: nodeKeys[seat] }))
      chmodSync(keyFile, 0o600)
      const program = join(import.meta.dirname, change.program ?? '../main.ts')
      const child = startChild(process.execPath, [program], {
        OPEM_ORACLE_NAME: `oracle-${seat + 1}`,
        OPEM_ORACLE_PORT: String(ports[seat]),
        OPEM_ORACLE_PEERS: ports.map((port) => `http://127.0.0.1:${port}`).join(','),
        OPEM_ORACLE_KEY_FILE: keyFile,
        OPEM_ORACLE_SYSTEM_KEY_FILE: identities.keyFile(`oracle-${seat + 1}`),
        OPEM_SYSTEMS_FILE: identities.systemsFile,
        OPEM_ORACLE_DIR: dir,
        OPEM_CHAIN_URL: anvil.url,
        OPEM_API_URL: `http://127.0.0.1:${apiPort}`,
        OPEM_DEPLOYMENT: deploymentPath,
        OPEM_ORACLE_GRACE_SECONDS: '2',
        OPEM_ORACLE_POLL_MS: '100',
        OPEM_ORACLE_TAKEOVER_SECONDS: '4',
        ...change.env,
      })
      children.add(child)
      await child.line((line) => line.startsWith('ready oracle '))
      return { ...child, url: `http://127.0.0.1:${ports[seat]}`, dir }
    },
    async close() {
      await Promise.all([...children].map((child) => child.end()))
      await api.stop()
      await Promise.all([lake.stop(), postgres.stop()])
      await anvil.end()
      await folder.remove()
    },
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>
export type RunningTestNode = Awaited<ReturnType<World['startNode']>>
export type { Hex }
