import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address, Hex } from 'viem'
import { accessManagerAbi } from './abi/index.ts'
import { governedMarketplace } from './ignition/modules/governed-marketplace.ts'
import { ADMINISTRATOR, identity } from './ignition/modules/identity.ts'
import { deployedBy, runModule } from './ignition/run-module.ts'
import { type SigningProvider, signingProvider } from './ignition/signing-provider.ts'

export interface DeployOptions {
  readonly rpcUrl: string
  /** Ignition's journals; one folder per chain. */
  readonly deploymentDir: string
  /** Deploys, and administers the marketplace. Needs funds. */
  readonly operatorKey: Hex
  readonly oracleNodes: readonly Address[]
  /** Signatures a report needs. */
  readonly quorum: number
  /** Bond of an oracle node, wei. Nodes post it themselves. */
  readonly minimumBond: bigint
  /** Seconds in which a settled batch may be corrected. */
  readonly correctionWindow: number
  /** Seconds between a governance decision and its effect. */
  readonly timelockSeconds: number
  /** Who opens, activates and renews accounts; without it the deploying account. Given once, when the registries are made. */
  readonly registrars?: readonly Address[]
  /** Who suspends and revokes accounts and accredits issuers; as `registrars`. */
  readonly operators?: readonly Address[]
}

const SPINE = ['CommunityFactory', 'Settlement', 'AccessManager', 'EthereumDIDRegistry'] as const
/** Proxies: their addresses outlive upgrades. */
const REGISTRIES = [
  'IssuerRegistry',
  'SchemaRegistry',
  'CredentialDefinitionRegistry',
  'RevocationRegistry',
  'AccountRegistry',
] as const
/** Immutable, beside the registries. */
const BOOKS = ['PriceBook'] as const
type Spine = Record<(typeof SPINE)[number], Address>
type Registries = Record<(typeof REGISTRIES)[number] | (typeof BOOKS)[number], Address>

export interface Deployment {
  readonly chainId: number
  /** Nothing of the marketplace is in an earlier block. */
  readonly block: number
  readonly addresses: Spine & Registries
}

/** A deployment under way, or one of a version that had fewer contracts. */
interface Begun {
  readonly chainId: number
  readonly block: number
  readonly addresses?: Partial<Spine & Registries>
}
type WithSpine = Begun & { readonly addresses: Spine }

const journalOf = (dir: string, part: 'spine' | 'identity'): string =>
  join(dir, part === 'spine' ? 'journal' : 'journal-identity')
const record = (dir: string): string => join(dir, 'deployment.json')

function read<T>(file: string): T | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined
}

function write<T>(file: string, value: T): T {
  writeFileSync(`${file}.tmp`, `${JSON.stringify(value, null, 2)}\n`)
  renameSync(`${file}.tmp`, file)
  return value
}

/**
 * Deploys the marketplace, or finds it: a second call sends nothing, an interrupted one goes on, one of an older version
 * gets the contracts it lacks, and on a chain that no longer holds what was deployed (or on another chain) it begins anew.
 */
export async function deploy(options: DeployOptions): Promise<Deployment> {
  const { deploymentDir } = options
  const provider = await signingProvider(options.rpcUrl, options.operatorKey)
  mkdirSync(deploymentDir, { recursive: true })

  const known = read<Begun>(record(deploymentDir))
  const done = known?.chainId === provider.chainId ? known : undefined
  if (done?.addresses && (await haveCode(provider, Object.values(done.addresses)))) {
    if (isWhole(done)) return done
    if (hasSpine(done)) return addIdentity(options, provider, done)
  }
  return addIdentity(options, provider, await spine(options, provider, done?.addresses ? undefined : done))
}

const has = (names: readonly (keyof (Spine & Registries))[], { addresses }: Begun): boolean =>
  names.every((name) => addresses?.[name] !== undefined)
const hasSpine = (known: Begun): known is WithSpine => has(SPINE, known)
const isWhole = (known: Begun): known is Deployment => has([...SPINE, ...REGISTRIES, ...BOOKS], known)

/** Communities, settlement, access and DIDs. `begun` is a deployment that was interrupted. */
async function spine(options: DeployOptions, provider: SigningProvider, begun?: Begun): Promise<WithSpine> {
  const { deploymentDir, quorum, minimumBond, correctionWindow, timelockSeconds, oracleNodes } = options
  const run = async (at: Begun): Promise<WithSpine> => {
    const addressOf = await runModule({
      provider,
      journal: journalOf(deploymentDir, 'spine'),
      module: governedMarketplace(oracleNodes),
      parameters: {
        Marketplace: { quorum, minimumBond, correctionWindow },
        GovernedMarketplace: { timelockSeconds },
      },
    })
    const addresses: Spine = {
      CommunityFactory: addressOf('Marketplace#CommunityFactory'),
      Settlement: addressOf('Marketplace#Settlement'),
      AccessManager: addressOf('Marketplace#AccessManager'),
      EthereumDIDRegistry: addressOf('Marketplace#EthereumDIDRegistry'),
    }
    return write(record(deploymentDir), { chainId: at.chainId, block: at.block, addresses })
  }
  if (begun && (await canResume(provider, journalOf(deploymentDir, 'spine')))) {
    const resumed = await orAnew(() => run(begun))
    if (resumed) return resumed
  }
  for (const part of ['spine', 'identity'] as const) {
    rmSync(journalOf(deploymentDir, part), { recursive: true, force: true })
  }
  const block = Number(await provider.client.getBlockNumber()) + 1
  return run(write(record(deploymentDir), { chainId: provider.chainId, block }))
}

/**
 * The registries of identity, beside a spine that stands already: in a journal of their own, so that a marketplace of an
 * older version keeps its contracts whatever became of their source.
 */
async function addIdentity(options: DeployOptions, provider: SigningProvider, begun: WithSpine): Promise<Deployment> {
  const journal = journalOf(options.deploymentDir, 'identity')
  const { AccessManager, EthereumDIDRegistry } = begun.addresses
  const module = identity({
    accessManager: AccessManager,
    didRegistry: EthereumDIDRegistry,
    registrars: options.registrars ?? [provider.address],
    operators: options.operators ?? [provider.address],
  })
  const run = async (): Promise<Deployment> => {
    const addressOf = await runModule({
      provider,
      journal,
      module,
      parameters: { Identity: { timelockSeconds: options.timelockSeconds } },
    })
    const proxies = REGISTRIES.map((name) => [name, addressOf(`Identity#${name}Proxy`)])
    const books = BOOKS.map((name) => [name, addressOf(`Identity#${name}`)])
    const addresses = { ...begun.addresses, ...(Object.fromEntries([...proxies, ...books]) as Registries) }
    return write(record(options.deploymentDir), { ...begun, addresses })
  }
  if (existsSync(journal) && (await canResume(provider, journal))) {
    const resumed = await orAnew(run)
    if (resumed) return resumed
  }
  await checkAdministrator(provider, AccessManager)
  rmSync(journal, { recursive: true, force: true })
  return run()
}

/** @throws Error when the administrator already waits for a timelock, which no deployment can sit out */
async function checkAdministrator(provider: SigningProvider, accessManager: Address): Promise<void> {
  const [, delay] = await provider.client.readContract({
    address: accessManager,
    abi: accessManagerAbi,
    functionName: 'getAccess',
    args: [ADMINISTRATOR, provider.address],
  })
  if (delay === 0) return
  throw new Error(
    `this marketplace lacks the registries of identity, and its administrator ${provider.address} decides only with ${delay} s of notice: ` +
      'grant a deploying account the administrator role without delay (AccessManager.schedule, then execute grantRole), deploy with it, and revoke it',
  )
}

async function orAnew<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    process.stderr.write(`the interrupted deployment cannot go on (${String(error)}): beginning anew\n`)
    return undefined
  }
}

const haveCode = async ({ client }: SigningProvider, addresses: readonly Address[]): Promise<boolean> => {
  const codes = await Promise.all(addresses.map((address) => client.getCode({ address })))
  return codes.every((code) => code !== undefined && code !== '0x')
}

/** Ignition trusts its journal: whether the chain still holds what the journal says. */
const canResume = (provider: SigningProvider, journal: string): Promise<boolean> =>
  haveCode(provider, Object.values(deployedBy(journal)))
