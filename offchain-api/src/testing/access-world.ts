import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hex, MarketRole, Role } from '@opem/domain'
import { developmentWallet } from '@opem/ssi'
import { didOfAddress } from '@opem/ssi/did'
import { type CloudWallet, createCloudWallet } from '@opem/ssi/wallet'
import { keccak256, toHex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { createOperationalStore } from '../operational/store.ts'
import { type Browser, CHAIN_ID, openBrowser } from './browser.ts'
import { accredit, administratorWallet, issueTo, type OpenChain, openChain } from './founded-community.ts'
import {
  freePort,
  type Running,
  type RunningProcess,
  startApi,
  startLake,
  startPostgres,
  temporaryFolder,
  until,
} from './harness.ts'
import { type TestSystem, writeSystems } from './systems.ts'

/** The key of a name: the same in every run. "administrator" administers communities on the chain. */
export const walletOf = (name: string): PrivateKeyAccount =>
  name === 'administrator' ? administratorWallet : privateKeyToAccount(keccak256(toHex(`key of ${name}`)))
export const didOf = (name: string): string => didOfAddress(CHAIN_ID, walletOf(name).address)

export interface Citizen {
  readonly browser: Browser
  readonly account: Hex
  readonly credential: string
}

export interface Company {
  readonly wallet: CloudWallet
  readonly account: Hex
  readonly close: () => Promise<void>
  /** Issues a Representative credential to the wallet of a name. */
  employ(name: string, roles: readonly Role[]): Promise<string>
}

export type AccessWorld = Awaited<ReturnType<typeof openAccessWorld>>

/** A real Postgres, chain and API that lets nobody in without identity; account of "operator" operates the marketplace. */
export async function openAccessWorld<const S extends readonly TestSystem[]>(
  systems: S,
  {
    environment = {},
    lake: withLake = false,
    timelockSeconds = 0,
  }: { environment?: Record<string, string>; lake?: boolean; timelockSeconds?: number } = {},
) {
  const folder = await temporaryFolder()
  const [postgres, chain, lake]: [Running, OpenChain, RunningProcess | undefined] = await Promise.all([
    startPostgres({ dir: join(folder.path, 'postgres') }),
    openChain(folder.path, { timelockSeconds }),
    withLake ? startLake({ dir: join(folder.path, 'lake') }) : undefined,
  ])
  for (const type of ['IdentityCredential', 'DataSourceCredential'] as const) await accredit(chain, type)
  const own = await writeSystems(folder.path, systems)
  const port = await freePort()
  const start = () =>
    startApi({
      port,
      postgresUrl: postgres.url,
      lakeUrl: lake?.url ?? 'http://127.0.0.1:9',
      chainUrl: chain.anvil.url,
      deploymentPath: chain.deploymentPath,
      access: {
        ...own,
        registrarFile: chain.registrarFile,
        operatorFile: chain.operatorFile,
        operatorDids: [didOf('operator')],
      },
      environment: { OPEM_DEVELOPMENT: '1', ...environment },
    })
  let api = await start()
  const store = createOperationalStore({ url: postgres.url })
  const browser = (name: string) => openBrowser(api.url, walletOf(name))

  const identityOf = (name: string) =>
    issueTo(chain, { address: walletOf(name).address, type: 'IdentityCredential', claims: { name } })

  async function registerCitizen(name: string, roles: readonly MarketRole[] = ['service-user']): Promise<Citizen> {
    const page = browser(name)
    const presentation = await page.present('register-citizen', [await identityOf(name)])
    const application = { kind: 'citizen', roles, terms: '1', presentation }
    const { body } = await page.call('POST', '/v1/access/registrations', application)
    if (!body.credential) throw new Error(JSON.stringify(body))
    const receipt = await page.present('receipt', [body.credential], body.receipt)
    const taken = await page.call('POST', '/v1/access/receipts', { presentation: receipt })
    if (taken.status !== 200) throw new Error(JSON.stringify(taken.body))
    return { browser: page, account: body.account, credential: body.credential }
  }

  /** A company with its cloud wallet running, not registered yet. @param endpoint where it says to be, when not where it is */
  async function openCompany(name: string, endpoint?: string): Promise<Omit<Company, 'account'>> {
    const { audience } = await browser('anybody').challenge('sign-in')
    const walletPort = await freePort()
    await mkdir(join(folder.path, name), { recursive: true })
    const wallet = await createCloudWallet({
      home: join(folder.path, name, 'wallet'),
      secret: { kind: 'file-mode' },
      chain: { rpcUrl: chain.anvil.url, chainId: CHAIN_ID, addresses: chain.deployment.addresses },
      company: { name, url: 'https://company.example/' },
      endpoint: endpoint ?? `http://127.0.0.1:${walletPort}/didcomm`,
      marketplace: audience as never,
      acceptFrom: [audience as never],
      giver: developmentWallet(0),
    })
    const { close } = await wallet.serve({ port: walletPort })
    const employ = async (employee: string, roles: readonly Role[]) => {
      const expiresAt = Math.floor(Date.now() / 1000) + 86_400
      const email = `${employee.toLowerCase().replaceAll(' ', '.')}@company.example`
      const subject = didOf(employee) as never
      return (await wallet.issueRepresentative({ subject, name: employee, email, roles, expiresAt })).jwt
    }
    return { wallet, close, employ }
  }

  async function registerCompany(name: string, roles: readonly MarketRole[]): Promise<Company> {
    const company = await openCompany(name)
    const administrator = `${name} administrator`
    const page = browser(administrator)
    const presentation = await page.present('register-company', [
      await company.employ(administrator, ['administrator']),
    ])
    const application = { kind: 'company', roles, terms: '1', presentation }
    const { body } = await page.call('POST', '/v1/access/registrations', application)
    if (!body.account) throw new Error(JSON.stringify(body))
    await until(
      async () => (await page.call('GET', `/v1/access/registrations/${body.account}`)).body.status === 'active',
    )
    return { ...company, account: body.account }
  }

  return {
    ...{ folder, postgres, chain, own, browser, identityOf, registerCitizen, openCompany, registerCompany },
    api: () => api,
    rows: store.rows,
    /** kill -9 and a new start on the same stores. */
    async restart() {
      await api.kill()
      api = await start()
    },
    async close() {
      await api?.stop()
      await store.close()
      await lake?.stop()
      await postgres.stop()
      await chain.anvil.stop()
      await folder.remove()
    },
  }
}
