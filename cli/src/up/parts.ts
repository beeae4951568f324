import { join } from 'node:path'
import { apiNodeFlags } from '@opem/offchain-api/node-flags'
import { foundDemo, simulatorFile, startDemo } from '../demo/prepare.ts'
import { PAGE_DIR } from '../page/build-page.ts'
import { demoOperates } from './access/demo-operator.ts'
import { operatorDids } from './access/operator.ts'
import { operatorKeyFile } from './access/operator-roles.ts'
import { accessPath, serverTls, systemKeyFile } from './access/paths.ts'
import { keyFile } from './keys.ts'
import type { Part } from './part.ts'
import { deployed } from './prepare.ts'
import { REPLACEABLE, type Replaceable, type Settings } from './settings.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const source = (...path: string[]): string[] => [join(ROOT, ...path)]

/** What a part is when nothing replaces it, and how to ask it when something does. */
type Embedded = Part & { readonly name: Replaceable }

/**
 * The parts of docs/architecture.md, "Processes", each with the environment that its own folder reads beside the
 * addresses that all get (`environmentOf`).
 * @param demo with the simulated field of the demo community
 */
export function partsOf(
  settings: Settings,
  { demo, say }: { readonly demo: boolean; readonly say: (line: string) => void },
): Part[] {
  const { home, port, urls } = settings
  const at = (offset: number) => port + offset
  const here = (offset: number) => `http://127.0.0.1:${at(offset)}`
  const data = (name: string) => join(home, name)
  const operates = demoOperates(settings, demo, process.env)
  const prepare = deployed(settings, operates, say)
  const tls = serverTls(home)

  const replaceable: Embedded[] = [
    {
      name: 'chain',
      url: urls.chain,
      command: source('cli/src/up/chain/main.ts'),
      env: { OPEM_CHAIN_PORT: `${at(1)}`, OPEM_ANVIL_PORT: `${at(10)}`, OPEM_CHAIN_DIR: data('chain') },
      probe: { kind: 'rpc', url: urls.chain },
      ports: [at(1), at(10)],
      after: [],
      endWithin: 20_000,
    },
    {
      name: 'postgres',
      url: urls.postgres.replace(/\/\/[^@/]*@/, '//'),
      command: source('cli/src/up/postgres/main.ts'),
      env: { OPEM_POSTGRES_PORT: `${at(2)}`, OPEM_POSTGRES_DIR: data('postgres') },
      probe: { kind: 'postgres', url: urls.postgres },
      ports: [at(2)],
      after: [],
      endWithin: 20_000,
    },
    {
      name: 'lake',
      url: urls.lake,
      command: source('offchain-api/src/lake/door/main.ts'),
      env: { OPEM_LAKE_PORT: `${at(3)}`, OPEM_LAKE_DIR: data('lake') },
      probe: { kind: 'http', url: new URL('/ping', urls.lake).href },
      ports: [at(3)],
      after: [],
      // A running insert is drained before the engine lets go of its folder.
      endWithin: 30_000,
    },
    {
      name: 'content',
      url: urls.content,
      command: source('offchain-api/src/storage/main.ts'),
      env: { OPEM_CONTENT_PORT: `${at(4)}`, OPEM_CONTENT_DIR: data('content') },
      probe: { kind: 'http', url: new URL('/api/v0/version', urls.content).href, method: 'POST' },
      ports: [at(4)],
      after: [],
    },
    {
      name: 'broker',
      url: urls.broker,
      command: source('adaptors/src/broker/main.ts'),
      env: {
        OPEM_BROKER_PORT: `${at(5)}`,
        OPEM_BROKER_DIR: data('broker'),
        OPEM_BROKER_SYSTEM_KEY_FILE: systemKeyFile(home, 'broker'),
        OPEM_BROKER_TLS_PORT: `${at(15)}`,
        OPEM_BROKER_TLS_KEY_FILE: tls.key,
        OPEM_BROKER_TLS_CERTIFICATE_FILE: tls.certificate,
      },
      probe: { kind: 'tcp', host: new URL(urls.broker).hostname, port: Number(new URL(urls.broker).port || 1883) },
      ports: [at(5), at(15)],
      after: [],
    },
    {
      name: 'index',
      url: urls.index,
      command: source('cli/src/up/index/main.ts'),
      env: { OPEM_INDEX_PORT: `${at(6)}`, OPEM_INDEX_DIR: data('index') },
      probe: { kind: 'graphql', url: urls.index },
      ports: [at(6), at(7), at(8), at(9)],
      after: ['chain', 'postgres', 'content'],
      prepare,
      // Its first start makes a hundred tables and reads the whole chain: two minutes where others need the cores.
      readyWithin: 300_000,
    },
  ]

  const ours: Part[] = [
    {
      name: 'api',
      url: urls.api,
      command: [...apiNodeFlags(), ...source('offchain-api/src/main.ts')],
      env: async () => ({
        OPEM_API_PORT: `${at(0)}`,
        OPEM_PAGE_DIR: PAGE_DIR,
        OPEM_DEVELOPMENT: settings.replaced.has('chain') ? '0' : '1',
        OPEM_ACCESS_DIR: accessPath(home),
        OPEM_REGISTRAR_KEY_FILE: keyFile(home, 'registrar'),
        OPEM_OPERATOR_KEY_FILE: operatorKeyFile(home),
        OPEM_BILLING_KEY_FILE: keyFile(home, 'billing'),
        // Elsewhere whoever operates the marketplace decides whether it pays for its users.
        ...(settings.replaced.has('chain') ? {} : { OPEM_RELAYER_KEY_FILE: keyFile(home, 'relayer') }),
        OPEM_OPERATOR_DIDS: await operatorDids(home, operates),
        OPEM_API_TLS_PORT: `${at(16)}`,
        OPEM_API_TLS_KEY_FILE: tls.key,
        OPEM_API_TLS_CERTIFICATE_FILE: tls.certificate,
      }),
      probe: { kind: 'http', url: `${urls.api}/v1/health` },
      ports: [at(0), at(16)],
      after: ['chain', 'postgres', 'lake', 'content'],
      prepare,
    },
    {
      name: 'ingest',
      url: here(14),
      command: source('adaptors/src/ingest/main.ts'),
      env: {
        OPEM_INGEST_PORT: `${at(14)}`,
        OPEM_INGEST_DIR: data('ingest'),
        OPEM_INGEST_SYSTEM_KEY_FILE: systemKeyFile(home, 'ingest'),
      },
      probe: { kind: 'http', url: `${here(14)}/health` },
      ports: [at(14)],
      after: ['api', 'broker'],
    },
    ...[1, 2, 3].map((seat) => ({
      name: `oracle-${seat}`,
      url: here(10 + seat),
      command: source('oracle/src/main.ts'),
      env: {
        OPEM_ORACLE_NAME: `oracle-${seat}`,
        OPEM_ORACLE_PORT: `${at(10 + seat)}`,
        OPEM_ORACLE_PEERS: [11, 12, 13].map(here).join(','),
        OPEM_ORACLE_KEY_FILE: join(home, 'keys', `oracle-${seat}.json`),
        OPEM_ORACLE_SYSTEM_KEY_FILE: systemKeyFile(home, `oracle-${seat}`),
        OPEM_ORACLE_DIR: data(`oracle-${seat}`),
      },
      probe: { kind: 'http', url: `${here(10 + seat)}/health` } as const,
      ports: [at(10 + seat)],
      after: ['api', 'chain'],
    })),
  ]
  const simulator: Part = {
    name: 'simulator',
    command: source('adaptors/src/simulator/main.ts'),
    env: {
      OPEM_SIM_FILE: simulatorFile(home),
      OPEM_SIM_LIVE: '1',
      OPEM_SIM_SYSTEM_KEY_FILE: systemKeyFile(home, 'simulator'),
    },
    probe: { kind: 'alive' },
    after: ['api', 'chain', 'broker', 'ingest', 'oracle-1', 'oracle-2', 'oracle-3'],
    prepare: () => foundDemo(settings, say),
    complete: () => startDemo(settings),
  }
  return [
    ...replaceable.map((part) => (settings.replaced.has(part.name) ? outside(part) : part)),
    ...ours,
    ...(demo ? [simulator] : []),
  ]
}

/** A part that a setting replaced: asked, never started; `REPLACEABLE` names the setting. */
function outside({ name, url, probe, after }: Embedded): Part {
  return {
    name,
    ...(url !== undefined && { url }),
    probe,
    after: after.filter((before) => before in REPLACEABLE),
    readyWithin: 30_000,
  }
}
