import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSelfSigned } from '@opem/adaptors/certificate'
import type { Hex, ListingDocument, MarketRole } from '@opem/domain'
import { type Company, walletOf } from './access-world.ts'
import type { Browser } from './browser.ts'
import { freePort, temporaryFolder } from './harness.ts'
import { openMarketWorld, SERVICE, type Trader } from './market-world.ts'
import { type ProviderService, startProviderService } from './provider-service.ts'

/** Needs no data. Two calls are given on credit. */
export const PAID_SERVICE: ListingDocument = {
  ...SERVICE,
  dataNeeded: [],
  plans: [
    { id: 'trial', kind: 'free', price: 0 },
    { id: 'call', kind: 'pay-per-use', price: 20_000, unit: 'forecast', credit: 40_000 },
  ],
}

export const TIMELOCK_SECONDS = 60

/** Key and certificate of a machine, good for a day. @param from seconds since 1970 */
export const certificateOf = (machine: string, from: number) => createSelfSigned(machine, from, 1)

export type ServiceWorld = Awaited<ReturnType<typeof openServiceWorld>>

/**
 * A market with a provider whose service answers and is listed, a consumer, a TLS door for client certificates, and a governor
 * behind a timelock.
 */
export async function openServiceWorld() {
  const folder = await temporaryFolder()
  const now = Math.floor(Date.now() / 1000)
  const { key, certificate } = createSelfSigned('api', now - 3600, 1)
  const [keyFile, certificateFile] = [join(folder.path, 'tls.key'), join(folder.path, 'tls.pem')]
  await writeFile(keyFile, key, { mode: 0o600 })
  await writeFile(certificateFile, certificate)
  const tlsPort = await freePort()
  const world = await openMarketWorld({
    timelockSeconds: TIMELOCK_SECONDS,
    environment: {
      ...{ OPEM_API_TLS_PORT: String(tlsPort), OPEM_API_TLS_KEY_FILE: keyFile },
      OPEM_API_TLS_CERTIFICATE_FILE: certificateFile,
    },
  })
  const service: ProviderService = await startProviderService()
  const provider = await world.trader('Provider', ['service-provider'])
  const consumer = await world.trader('Consumer', ['service-user'])
  const listing = await world.publish(provider, PAID_SERVICE)

  /** A company whose administrator and one representative, with these roles on the chain too, are signed in. */
  async function company(name: string, roles: readonly MarketRole[]) {
    const opened = await world.registerCompany(name, roles)
    const administrator = await signedIn(opened, `${name} administrator`, ['administrator'])
    const representative = await signedIn(opened, `${name} representative`, roles)
    return { ...opened, administrator, representative }
  }
  async function signedIn(
    of: Company,
    name: string,
    roles: readonly (MarketRole | 'administrator')[],
  ): Promise<Trader> {
    const credential = await of.employ(name, roles)
    const browser: Browser = world.browser(name)
    const answer = await browser.signIn([credential])
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
    const wallet = walletOf(name)
    return { name, browser, credential, wallet, account: of.account, address: wallet.address.toLowerCase() as Hex }
  }

  return {
    ...{ ...world, folder, tlsPort, service, provider, consumer, listing, company },
    async close() {
      await world.close()
      await service.close()
      await folder.remove()
    },
  }
}
