import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { formatInstant, OpemError } from '@opem/domain'
import { type AccessSettings, createAccess } from '../access/wiring/create-access.ts'
import { createAdjustmentWriter } from '../lake/adjustments/adjustments.ts'
import { createLake } from '../lake/lake.ts'
import type { Claim } from '../lake/readings/claim.ts'
import { createReadingsWriter } from '../lake/readings/writer.ts'
import { createTradingWriter } from '../lake/trading/writer.ts'
import { type BillingSettings, createBilling } from '../marketplace/billing/billing.ts'
import { mayUseMoney } from '../marketplace/billing/use-account.ts'
import { startRunner } from '../marketplace/composition/runner.ts'
import { startContractLines } from '../marketplace/contract-lines/worker.ts'
import { createContracting } from '../marketplace/contracting/create-contracting.ts'
import { createDataParts } from '../marketplace/data/parts.ts'
import { startReminders } from '../marketplace/data/reminders.ts'
import { createMarket, type MarketSettings } from '../marketplace/market.ts'
import { createNotifications, type NotificationSettings } from '../marketplace/notifications/notifications.ts'
import { createGateway } from '../marketplace/provisioning/gateway.ts'
import { forgetCutOff } from '../marketplace/provisioning/usage.ts'
import { readCapacities } from '../operational/capacities.ts'
import { startLiving } from '../operational/living.ts'
import { createOperationalStore } from '../operational/store.ts'
import { createChain } from './chain/chain.ts'
import { createDeploymentReader } from './chain/deployment.ts'
import { createSettledBatches } from './chain/settled.ts'
import { createPlace } from './place/place.ts'
import type { Networks } from './place/proxies.ts'
import { prepared } from './prepared.ts'
import { createApi } from './server.ts'
import type { Services } from './services.ts'
import { createAnnouncements } from './stream.ts'

export interface UnifiedApiSettings {
  readonly port: number
  readonly postgresUrl: string
  readonly lakeUrl: string
  readonly lakeCluster?: string | undefined
  readonly chainUrl: string
  readonly indexUrl?: string | undefined
  readonly deploymentPath: string
  readonly pageDir?: string | undefined
  readonly development: boolean
  /** W; of meters without a capacity of their own. */
  readonly meterCapacityWatts: number
  readonly futureSeconds: number
  readonly access: AccessSettings
  /** Proxies that say truly who asks. */
  readonly trustedProxies: Networks
  readonly market: MarketSettings
  readonly billing: BillingSettings
  readonly notifications: NotificationSettings
  /** A second door for systems that show a client certificate. PEM. */
  readonly tls?: { readonly port: number; readonly key: string; readonly certificate: string } | undefined
  readonly log: (line: string) => void
}

/** Starts the unified API; it is ready at once and answers 503 while a part it needs is away. */
export async function startUnifiedApi(
  settings: UnifiedApiSettings,
): Promise<{ url: string; tlsUrl: string | undefined; close(): Promise<void> }> {
  const capacities = new Map<string, number>()
  const rawLake = createLake({ url: settings.lakeUrl, cluster: settings.lakeCluster })
  const rawStore = createOperationalStore({ url: settings.postgresUrl })
  const refreshCapacities = async () => {
    for (const [meter, watts] of await readCapacities(rawStore)) capacities.set(meter, watts)
  }
  const lake = prepared(rawLake, () => rawLake.migrate())
  const living = startLiving({ url: settings.postgresUrl })
  const store = prepared(rawStore, async () => {
    await rawStore.migrate()
    await refreshCapacities()
    await living.known()
    await forgetCutOff(rawStore.rows)
  })
  const deployment = createDeploymentReader(settings.deploymentPath)
  const chain = createChain({ url: settings.chainUrl, deployment })
  const announcements = createAnnouncements()
  const settled = createSettledBatches({ chain, deployment, announcements })
  const writer = createReadingsWriter({
    lake: lake.part,
    plausibility: () => ({
      capacityOf: (meter) => capacities.get(meter) ?? settings.meterCapacityWatts,
      now: Math.floor(Date.now() / 1000),
      futureSeconds: settings.futureSeconds,
    }),
    onWritten: (claims) => announcements.announce({ event: 'reading', data: summary(claims) }),
  })
  const evidence = createTradingWriter({ lake: lake.part, now: () => Date.now() })
  const access = createAccess({
    ...{ settings: settings.access, store: store.part, chainUrl: settings.chainUrl, deployment, log: settings.log },
  })
  const market = createMarket({
    ...{ settings: settings.market, store: store.part, client: chain.client, deployment, log: settings.log },
  })
  const contractLines = startContractLines({ ...access, store: store.part }, settings.log)
  const billing = createBilling({
    ...{ settings: settings.billing, store: store.part, client: chain.client, deployment, log: settings.log },
    follower: market.follower,
  })
  const contracting = createContracting({
    ...{ access, chainUrl: settings.chainUrl, deployment, relayer: settings.market.relayer, log: settings.log },
  })
  const gateway = createGateway({
    ...{ dir: settings.access.dir, development: settings.development, mayUseMoney },
  })
  const data = createDataParts({
    ...{ dir: settings.access.dir, store: store.part, lake: lake.part, mayUseMoney, now: access.now },
  })
  const reminders = startReminders(data, settings.log)
  const compositions = startRunner({ store: store.part, gateway, access }, settings.log)
  let url = ''
  const notifications = createNotifications({
    ...{ settings: settings.notifications, store: store.part, ready: store.ready, postgresUrl: settings.postgresUrl },
    ...{ dir: settings.access.dir, operatorDids: settings.access.operatorDids, development: settings.development },
    page: () => settings.access.publicUrl ?? url,
    onNotice: (account) => announcements.announce({ event: 'notification', data: { account } }),
    log: settings.log,
  })
  const adjustments = createAdjustmentWriter({ lake: lake.part, now: () => Date.now() })
  const parts = {
    lake: () => lake.isReady(),
    postgres: () => store.isReady(),
    chain: () => chain.isReady(),
    contracts: () =>
      deployment().then(
        () => true,
        () => false,
      ),
    market: async () => market.follower.state().stopped === null,
    content: () => market.content.isReady(),
  }
  const health = async () =>
    Object.fromEntries(
      await Promise.all(Object.entries(parts).map(async ([name, isReady]) => [name, await isReady()] as const)),
    )
  const services: Services = {
    lake: lake.part,
    store: store.part,
    writer: {
      ...writer,
      // Capacities decide what is plausible, so nothing is written before they are known.
      submit: async (claims) => {
        await store.ready()
        return writer.submit(claims)
      },
    },
    evidence,
    adjustments,
    chain,
    settled,
    announcements,
    development: settings.development,
    place: createPlace({ publicUrl: settings.access.publicUrl, proxies: settings.trustedProxies }),
    access,
    market,
    billing,
    contracting: contracting.parts,
    gateway,
    data,
    compositions,
    notifications,
    deployment,
    health,
    refreshCapacities,
    now: () => Date.now(),
  }
  const stopWatching = watchParts(health, (name, ready) =>
    announcements.announce({ event: 'part', data: { name, status: ready ? 'ready' : 'away' } }),
  )
  const app = createApi({
    services,
    chainUrl: settings.chainUrl,
    indexUrl: settings.indexUrl,
    pageDir: settings.pageDir,
    log: settings.log,
  })
  const server = createServer(app)
  const { tls } = settings
  // Any certificate may knock: whose it is, the configured fingerprint says, not an authority that we would have to trust.
  const tlsServer =
    tls &&
    createTlsServer(
      { key: tls.key, cert: tls.certificate, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.3' },
      app,
    )
  for (const one of [server, tlsServer]) if (one) one.keepAliveTimeout = 30_000
  await listen(server, settings.port)
  if (tlsServer && tls) await listen(tlsServer, tls.port)
  const portOf = (one: Server) => (one.address() as AddressInfo).port
  url = `http://127.0.0.1:${portOf(server)}`
  return {
    url,
    tlsUrl: tlsServer && `https://127.0.0.1:${portOf(tlsServer)}`,
    async close() {
      stopWatching()
      settled.close()
      announcements.close()
      await Promise.all([shut(server), tlsServer && shut(tlsServer)])
      await reminders.close()
      await billing.close()
      await compositions.close()
      await contracting.close()
      await market.close()
      await contractLines.close()
      await notifications.close()
      await access.close()
      await writer.drain()
      await evidence.drain()
      await adjustments.drain()
      await rawLake.close()
      await living.close()
      await rawStore.close()
    },
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new OpemError({
          code: 'ERR_PORT',
          shortMessage: `the unified API cannot listen on 127.0.0.1:${port}; choose another OPEM_API_PORT`,
          cause,
        }),
      ),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
}

async function shut(server: Server): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  await new Promise<void>((resolve) => server.close(() => resolve()))
  clearInterval(sweep)
}

const MOST_METERS = 100

function summary(claims: readonly Claim[]) {
  let from = Number.POSITIVE_INFINITY
  let to = 0
  const meters = new Set<string>()
  for (const { meter, start, seconds } of claims) {
    if (meters.size < MOST_METERS) meters.add(meter)
    from = Math.min(from, start)
    to = Math.max(to, start + seconds)
  }
  return { meters: [...meters], from: formatInstant(from), to: formatInstant(to), readings: claims.length }
}

const WATCH_MS = 2000

function watchParts(health: () => Promise<Record<string, boolean>>, onChange: (name: string, ready: boolean) => void) {
  let before: Record<string, boolean> = {}
  const timer = setInterval(async () => {
    const now = await health().catch(() => ({}) as Record<string, boolean>)
    for (const [name, ready] of Object.entries(now))
      if (before[name] !== undefined && before[name] !== ready) onChange(name, ready)
    before = now
  }, WATCH_MS)
  timer.unref()
  return () => clearInterval(timer)
}
