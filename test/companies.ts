import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ethereumDidRegistryAbi } from '@opem/contracts'
import { type Hex, MARKET_ROLES, type MarketRole, type Role } from '@opem/domain'
import { developmentWallet, openKeyFile } from '@opem/ssi'
import { type Did, didOfAddress } from '@opem/ssi/did'
import { type CloudWallet, createCloudWallet } from '@opem/ssi/wallet'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import {
  createPublicClient,
  createWalletClient,
  http,
  keccak256,
  type LocalAccount,
  parseEther,
  stringToHex,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { injectWallet } from './injected-wallet.ts'
import { type Instance, until } from './instance.ts'
import { developmentCredential, openDoor } from './people.ts'

const CHAIN = 31337
const YEAR = 365 * 86_400
const inAYear = () => Math.floor(Date.now() / 1000) + YEAR

/** The wallet of a name: the same in every run, known before the instance is started. */
export const walletOf = (name: string): LocalAccount => privateKeyToAccount(keccak256(stringToHex(`story: ${name}`)))
export const didOf = (name: string): Did => didOfAddress(CHAIN, walletOf(name).address)

/** Somebody with a browser of their own and their wallet in it. */
export interface Person {
  readonly name: string
  readonly wallet: LocalAccount
  readonly did: Did
  readonly context: BrowserContext
  readonly page: Page
  /** Errors that their browser reported, refusals aside. */
  readonly complaints: readonly string[]
}

/** Somebody who is signed in, and for which account. */
export interface SignedIn extends Person {
  /** Id of the account they act for. */
  readonly account: Hex
}

export interface Company {
  readonly name: string
  readonly wallet: CloudWallet
  readonly did: Did
  /** The party of contracts. */
  readonly address: Hex
  readonly account: Hex
  /** Who registered it, signed in. */
  readonly representative: SignedIn
  /** Another representative, signed in; on chain they act in their roles for the company. */
  employ(name: string, roles: readonly Role[]): Promise<SignedIn>
  close(): Promise<void>
}

/** A person with nothing but a browser and a wallet that can pay for transactions. */
export async function person(
  instance: Pick<Instance, 'chain'>,
  browser: Browser,
  name: string,
  wallet: LocalAccount = walletOf(name),
): Promise<Person> {
  await fund(instance, wallet.address)
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: 'UTC' })
  await injectWallet(context, wallet, instance.chain)
  const page = await context.newPage()
  page.setDefaultTimeout(90_000)
  const complaints: string[] = []
  // A refusal is an answer; the browser logs each as a failed request.
  page.on('console', (said) => {
    if (said.type() === 'error' && !/status of 40[134]/.test(said.text())) complaints.push(`${name}: ${said.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`${name}: ${error}`))
  return { name, wallet, did: didOfAddress(CHAIN, wallet.address), context, page, complaints }
}

/** A citizen with an active account in some roles, signed in; without the pages, which identity.story.ts tells. */
export async function citizen(
  instance: Instance,
  browser: Browser,
  { name, roles = ['service-user'], wallet }: { name: string; roles?: readonly MarketRole[]; wallet?: LocalAccount },
): Promise<SignedIn> {
  const who = await person(instance, browser, name, wallet)
  const door = openDoor(instance, who.context.request)
  const identity = await developmentCredential(instance, who.wallet, { name })
  const credential = await door.registerCitizen(who.wallet, identity, roles)
  const { session } = await door.signIn(who.wallet, credential)
  return { ...who, account: session.account }
}

/** Whoever operates the instance: the wallet is the operator's key, which has the role on chain too. */
export const operator = async (instance: Instance, browser: Browser, name = 'Olga Operator'): Promise<SignedIn> =>
  citizen(instance, browser, { name, wallet: await openKeyFile(join(instance.home, 'keys', 'operator.json')) })

let companies = 0

/** A company as it comes to the marketplace: its own wallet answers for it, its account is active, and somebody acts for it. */
export async function companyWithRepresentative(
  instance: Instance,
  browser: Browser,
  {
    name,
    roles = MARKET_ROLES,
    representative: { name: employee, roles: employeeRoles } = {
      name: `${name} administrator`,
      roles: ['administrator'],
    },
  }: {
    name: string
    roles?: readonly MarketRole[]
    /** An administrator: somebody else cannot register the company. */
    representative?: { name: string; roles: readonly Role[] }
  },
): Promise<Company> {
  const who = await person(instance, browser, employee)
  const door = openDoor(instance, who.context.request)
  const { wallet, home, serve } = await openCompanyWallet(instance, (await door.marketplace()) as Did, name)
  const { close } = await serve()
  const { did } = await wallet.profile()

  const accredit = async (one: Person, given: readonly Role[]): Promise<string> => {
    const email = `${one.name.toLowerCase().replaceAll(/[^a-z]+/g, '.')}@company.example`
    const { jwt } = await wallet.issueRepresentative({
      ...{ subject: one.did, name: one.name, email, roles: given, expiresAt: inAYear() },
    })
    await delegate(instance, home, one.wallet.address, given)
    return jwt
  }

  const credential = await accredit(who, employeeRoles)
  const { account } = await door.post<{ account: Hex }>('registrations', {
    ...{ kind: 'company', roles, terms: '1' },
    presentation: await door.present(who.wallet, 'register-company', credential),
  })
  await until(`the account of ${name} is active`, 60_000, async () => {
    const answer = await who.context.request.get(`${instance.page}/v1/access/registrations/${account}`)
    return ((await answer.json()) as { status: string }).status === 'active'
  })
  await door.signIn(who.wallet, credential)
  return {
    ...{ name, wallet, did, account, close },
    address: did.slice(-42) as Hex,
    representative: { ...who, account },
    async employ(other, given) {
      const one = await person(instance, browser, other)
      await openDoor(instance, one.context.request).signIn(one.wallet, await accredit(one, given))
      return { ...one, account }
    },
  }
}

/** A company's own wallet, not registered and not serving yet. */
export async function openCompanyWallet(
  instance: Instance,
  marketplace: Did,
  name: string,
  url = 'https://company.example',
) {
  const { addresses } = (await (await fetch(`${instance.page}/v1/settings`)).json()) as {
    addresses: Record<'EthereumDIDRegistry' | 'RevocationRegistry' | 'IssuerRegistry', Hex>
  }
  // Ports of the instance's own range that no part of it uses.
  companies += 1
  const port = Number(new URL(instance.page).port) + 39 + companies
  const home = join(instance.home, `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-wallet`)
  const wallet = await createCloudWallet({
    ...{ home, secret: { kind: 'file-mode' }, chain: { rpcUrl: instance.chain, chainId: CHAIN, addresses } },
    ...{ company: { name, url }, endpoint: `http://127.0.0.1:${port}/didcomm` },
    ...{ marketplace, acceptFrom: [marketplace], giver: developmentWallet(0) },
  })
  return { wallet, home, serve: () => wallet.serve({ port }) }
}

/** Lets an address act for a company on chain, as ERC-1056 delegate `opem/<role>`; what is there already stays. */
async function delegate(instance: Instance, home: string, address: Hex, roles: readonly Role[]): Promise<void> {
  const { data } = JSON.parse(readFileSync(join(home, 'keys.json'), 'utf8')) as { data: string }
  const owner = privateKeyToAccount((JSON.parse(data) as { signing: Hex }).signing)
  const { addresses } = (await (await fetch(`${instance.page}/v1/settings`)).json()) as {
    addresses: Record<'EthereumDIDRegistry', Hex>
  }
  const contract = { address: addresses.EthereumDIDRegistry, abi: ethereumDidRegistryAbi } as const
  const chain = createPublicClient({ chain: foundry, transport: http(instance.chain), pollingInterval: 100 })
  const company = createWalletClient({ account: owner, chain: foundry, transport: http(instance.chain) })
  for (const role of MARKET_ROLES.filter((one) => roles.includes('administrator') || roles.includes(one))) {
    const type = stringToHex(`opem/${role}`, { size: 32 })
    const args = [owner.address, type, address] as const
    if (await chain.readContract({ ...contract, functionName: 'validDelegate', args })) continue
    const hash = await company.writeContract({
      ...contract,
      functionName: 'addDelegate',
      args: [...args, BigInt(YEAR)],
    })
    await chain.waitForTransactionReceipt({ hash })
  }
}

const GIFT = parseEther('10')
let giving: Promise<unknown> = Promise.resolve()

/** Gifts go one after the other: they are all of one account. */
function fund({ chain: url }: Pick<Instance, 'chain'>, to: Hex): Promise<void> {
  const give = async () => {
    const chain = createPublicClient({ chain: foundry, transport: http(url), pollingInterval: 100 })
    if ((await chain.getBalance({ address: to })) >= GIFT / 2n) return
    const giver = createWalletClient({ account: developmentWallet(9), chain: foundry, transport: http(url) })
    await chain.waitForTransactionReceipt({ hash: await giver.sendTransaction({ to, value: GIFT }) })
  }
  const given = giving.then(give)
  giving = given.catch(() => undefined)
  return given
}
