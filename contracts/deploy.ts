import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DeploymentParameters, IgnitionModule } from '@nomicfoundation/ignition-core'
import type { Address, Hex } from 'viem'
import { accessManagerAbi } from './abi/index.ts'
import { governedMarketplace } from './ignition/modules/governed-marketplace.ts'
import { ADMINISTRATOR, identity } from './ignition/modules/identity.ts'
import { services } from './ignition/modules/services.ts'
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
  /** The ERC-20 euro of six decimals that is paid in; without it a development euro is made. Given once, with the escrow. */
  readonly euroToken?: Address | undefined
  /** Gets the fees; without it the deploying account. Given once. */
  readonly treasury?: Address
  /** The marketplace's part of payments, hundredths of a percent; 250 (2.5 %) when left out. Given once. */
  readonly feeBps?: number
  /** Seconds in which a consumer disputes a payment (7 days), the operator decides (14 days), a provider claims from a closing reserve (3 days). */
  readonly escrowSeconds?: { readonly acceptance: number; readonly decision: number; readonly closing: number }
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
/** Proxies of what is offered and agreed. */
const SERVICES = ['ListingRegistry', 'AgreementRegistry', 'OpenInnovation', 'CompositionRegistry'] as const
/** Immutable, beside them. */
const MONEY = ['Escrow', 'EuroToken'] as const
type Spine = Record<(typeof SPINE)[number], Address>
type Registries = Record<(typeof REGISTRIES)[number] | (typeof BOOKS)[number], Address>
type Services = Record<(typeof SERVICES)[number] | (typeof MONEY)[number], Address>
type All = Spine & Registries & Services

export interface Deployment {
  readonly chainId: number
  /** Nothing of the marketplace is in an earlier block. */
  readonly block: number
  readonly addresses: All
}

/** A deployment under way, or one of a version that had fewer contracts. */
interface Begun {
  readonly chainId: number
  readonly block: number
  readonly addresses?: Partial<All>
}
type WithSpine = Begun & { readonly addresses: Spine }
type WithIdentity = Begun & { readonly addresses: Spine & Registries }

const PARTS = ['spine', 'identity', 'services'] as const
const journalOf = (dir: string, part: (typeof PARTS)[number]): string =>
  join(dir, part === 'spine' ? 'journal' : `journal-${part}`)
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
  const stands = done?.addresses !== undefined && (await haveCode(provider, Object.values(done.addresses)))
  if (stands && isWhole(done)) return ofEuro(done, options.euroToken)
  if (stands && hasIdentity(done)) return addServices(options, provider, done)
  const begun = stands && hasSpine(done) ? done : await spine(options, provider, done?.addresses ? undefined : done)
  return addServices(options, provider, await addIdentity(options, provider, begun))
}

/** @throws Error when another euro is asked for than the escrow counts in */
function ofEuro(known: Deployment, euroToken: Address | undefined): Deployment {
  const { EuroToken } = known.addresses
  if (euroToken === undefined || euroToken.toLowerCase() === EuroToken) return known
  throw new Error(
    `this marketplace counts in the token ${EuroToken} and cannot change to ${euroToken}: leave that setting out`,
  )
}

const has = (names: readonly (keyof All)[], { addresses }: Begun): boolean =>
  names.every((name) => addresses?.[name] !== undefined)
const hasSpine = (known: Begun): known is WithSpine => has(SPINE, known)
const hasIdentity = (known: Begun): known is WithIdentity => has([...SPINE, ...REGISTRIES, ...BOOKS], known)
const isWhole = (known: Begun): known is Deployment =>
  has([...SPINE, ...REGISTRIES, ...BOOKS, ...SERVICES, ...MONEY], known)

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
  for (const part of PARTS) {
    rmSync(journalOf(deploymentDir, part), { recursive: true, force: true })
  }
  const block = Number(await provider.client.getBlockNumber()) + 1
  return run(write(record(deploymentDir), { chainId: provider.chainId, block }))
}

/** The registries of identity, beside a spine that stands already. */
async function addIdentity(options: DeployOptions, provider: SigningProvider, begun: WithSpine): Promise<WithIdentity> {
  const { AccessManager, EthereumDIDRegistry } = begun.addresses
  const module = identity({
    accessManager: AccessManager,
    didRegistry: EthereumDIDRegistry,
    registrars: options.registrars ?? [provider.address],
    operators: options.operators ?? [provider.address],
  })
  return addPart(options, provider, begun, { part: 'identity', module, parameters: {} }, (addressOf) => {
    const proxies = REGISTRIES.map((name) => [name, addressOf(`Identity#${name}Proxy`)])
    const books = BOOKS.map((name) => [name, addressOf(`Identity#${name}`)])
    return Object.fromEntries([...proxies, ...books]) as Registries
  })
}

/** Listings, agreements and money, beside the registries of identity. */
async function addServices(
  options: DeployOptions,
  provider: SigningProvider,
  begun: WithIdentity,
): Promise<Deployment> {
  const { AccessManager, EthereumDIDRegistry, AccountRegistry } = begun.addresses
  const { euroToken, treasury = provider.address, timelockSeconds, feeBps = 250, escrowSeconds } = options
  const module = services({
    accessManager: AccessManager,
    didRegistry: EthereumDIDRegistry,
    accountRegistry: AccountRegistry,
    ...{ euroToken, treasury },
  })
  const seconds = escrowSeconds && {
    acceptanceSeconds: escrowSeconds.acceptance,
    decisionSeconds: escrowSeconds.decision,
    closingSeconds: escrowSeconds.closing,
  }
  const parameters = { Services: { timelockSeconds, feeBps, ...seconds } }
  return addPart(options, provider, begun, { part: 'services', module, parameters }, (addressOf) => {
    const proxies = SERVICES.map((name) => [name, addressOf(`Services#${name}Proxy`)])
    const euro = euroToken ? (euroToken.toLowerCase() as Address) : addressOf('Services#DevelopmentEuro')
    return { ...(Object.fromEntries(proxies) as Services), Escrow: addressOf('Services#Escrow'), EuroToken: euro }
  })
}

/**
 * A part beside what stands already: in a journal of its own, so that a marketplace of an older version keeps its contracts
 * whatever became of their source.
 */
async function addPart<Known extends WithSpine, Added>(
  { deploymentDir }: DeployOptions,
  provider: SigningProvider,
  begun: Known,
  { part, ...what }: { part: 'identity' | 'services'; module: IgnitionModule; parameters: DeploymentParameters },
  addressesOf: (addressOf: (id: string) => Address) => Added,
): Promise<Known & { readonly addresses: Added }> {
  const journal = journalOf(deploymentDir, part)
  const run = async () => {
    const addressOf = await runModule({ provider, journal, ...what })
    return write(record(deploymentDir), { ...begun, addresses: { ...begun.addresses, ...addressesOf(addressOf) } })
  }
  if (existsSync(journal) && (await canResume(provider, journal))) {
    const resumed = await orAnew(run)
    if (resumed) return resumed
  }
  await checkAdministrator(provider, begun.addresses.AccessManager, part)
  // What stood on the part that is made anew is made anew too.
  for (const later of PARTS.slice(PARTS.indexOf(part)))
    rmSync(journalOf(deploymentDir, later), { recursive: true, force: true })
  return run()
}

/** @throws Error when the administrator already waits for a timelock, which no deployment can sit out */
async function checkAdministrator(provider: SigningProvider, accessManager: Address, part: string): Promise<void> {
  const [, delay] = await provider.client.readContract({
    address: accessManager,
    abi: accessManagerAbi,
    functionName: 'getAccess',
    args: [ADMINISTRATOR, provider.address],
  })
  if (delay === 0) return
  throw new Error(
    `this marketplace lacks the contracts of its ${part}, and its administrator ${provider.address} decides only with ${delay} s of notice: ` +
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
