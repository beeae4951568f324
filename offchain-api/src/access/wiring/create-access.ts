import { type Hex, OpemError } from '@opem/domain'
import { issueCredential } from '@opem/ssi/credential'
import { createDidResolver, didOfAddress, parseDid } from '@opem/ssi/did'
import type { PinnedIssuer } from '@opem/ssi/openid4vp'
import { createChainPorts, createCommunityPorts } from '@opem/ssi/verifier'
import { createPublicClient, http, type PrivateKeyAccount } from 'viem'
import type { OperationalStore } from '../../operational/store.ts'
import type { Deployment } from '../../unified-api/chain/deployment.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import type { IdentifyParts } from '../caller/identify.ts'
import { applied } from '../chain/applied.ts'
import { createAccountOutbox } from '../chain/outbox.ts'
import { createRegistry } from '../chain/registry.ts'
import { watchRegistries } from '../chain/watch.ts'
import { createOwnSystems } from '../company/systems.ts'
import { createLimits, type LimitSettings } from '../limit/limits.ts'
import { createAccessLog } from '../log/access-log.ts'
import { createDeliveries } from '../registration/deliver.ts'
import { CREDENTIAL_SECONDS } from '../registration/open-account.ts'
import { createCompanyWallet } from './company-wallet.ts'
import { createIdentity } from './identity.ts'
import { type Marketplace, openMarketplace } from './marketplace.ts'
import { createOpenid4vp } from './openid4vp.ts'
import { createTokens } from './tokens.ts'
import type { VerifierCertificate } from './verifier-certificate.ts'

export interface AccessSettings {
  /** Folder of the marketplace's own keys: of its DID and of access tokens. */
  readonly dir: string
  /** Seals the DID's keys; without it a secret is kept in a file beside them. */
  readonly agentSecret: string | undefined
  readonly systemsFile: string | undefined
  /** Opens, activates and renews accounts on the chain, and pays for the marketplace's DID document. */
  readonly registrar: (() => Promise<PrivateKeyAccount>) | undefined
  /** Suspends, reinstates and revokes accounts on the chain and changes their roles, as the operator's page decides. */
  readonly operator: (() => Promise<PrivateKeyAccount>) | undefined
  /** Issues identities to whoever asks; on development chains only. */
  readonly developmentIssuer: (() => Promise<PrivateKeyAccount>) | undefined
  /** Canonical DIDs of the accounts that operate the marketplace. */
  readonly operatorDids: readonly string[]
  readonly pendingSeconds: number
  readonly limits: LimitSettings
  /** Where wallets elsewhere reach this API. */
  readonly publicUrl: string | undefined
  /** Issuers of SD-JWT credentials that are known by their keys or certificates. */
  readonly pinnedIssuers: readonly PinnedIssuer[]
  /** Under which EU wallets are asked; the marketplace's DID asks without it. */
  readonly verifierCertificate?: VerifierCertificate | undefined
  /** Wallets may run on this machine. */
  readonly development: boolean
}

/** Everything that secure access works with, on the store and the chain of one marketplace. */
export function createAccess({
  settings,
  store,
  chainUrl,
  deployment,
  log,
}: {
  readonly settings: AccessSettings
  readonly store: OperationalStore
  readonly chainUrl: string
  readonly deployment: () => Promise<Deployment>
  readonly log: (line: string) => void
}): AccessParts & IdentifyParts & { close(): Promise<void> } {
  const now = () => Math.floor(Date.now() / 1000)
  const registrarOf = settings.registrar ?? missingRegistrar
  const signers = { registrar: registrarOf, operator: settings.operator ?? missingOperator }
  const onDeployment = createOnDeployment(deployment)

  const registry = onDeployment(async ({ chainId, addresses }) =>
    createRegistry({
      ...{ rpcUrl: chainUrl, chainId, address: addresses.AccountRegistry as Hex, signers },
    }),
  )
  const resolver = onDeployment(async ({ chainId, addresses }) =>
    createDidResolver({ rpcUrl: chainUrl, chainId, registry: addresses.EthereumDIDRegistry as Hex }),
  )
  const marketplace = onDeployment(
    async ({ chainId, addresses }): Promise<Marketplace> =>
      openMarketplace({
        ...{ dir: settings.dir, rpcUrl: chainUrl, chainId, registry: addresses.EthereumDIDRegistry as Hex },
        ...{ secret: settings.agentSecret, resolver: await resolver(), payer: await registrarOf() },
      }),
  )
  const chainPorts = onDeployment(async ({ addresses }) =>
    createChainPorts({
      rpcUrl: chainUrl,
      addresses: {
        IssuerRegistry: addresses.IssuerRegistry as Hex,
        RevocationRegistry: addresses.RevocationRegistry as Hex,
      },
    }),
  )
  const openid4vp = onDeployment(async ({ chainId }) => {
    const [party, ports] = await Promise.all([marketplace(), chainPorts()])
    const { pinnedIssuers: issuers, development, verifierCertificate: certificate } = settings
    return createOpenid4vp({ marketplace: party, chainId, issuers, ports, development, certificate })
  })
  const identity = onDeployment(async ({ chainId, block, addresses }) => {
    const [issuer, known, at, asked, eu] = await Promise.all([
      marketplace(),
      resolver(),
      registry(),
      chainPorts(),
      openid4vp(),
    ])
    const communities = createCommunityPorts({
      ...{ rpcUrl: chainUrl, chainId, factory: addresses.CommunityFactory as Hex, fromBlock: BigInt(block) },
    })
    const ports = {
      ...asked,
      ...communities,
      resolver: known,
      chainId,
      marketplace: issuer.did,
      openid4vp: eu.verifier,
    }
    return createIdentity({ issuer, chainId, ports, accountOn: at.accountOn })
  })
  const wallet = onDeployment(async () => {
    const [{ did, agreementKeys }, known] = await Promise.all([marketplace(), resolver()])
    return createCompanyWallet({
      ...{ did, keys: await agreementKeys(), resolver: known, development: settings.development },
    })
  })
  const tokens = onDeployment(async () =>
    createTokens({ folder: settings.dir, marketplace: (await marketplace()).did, now }),
  )

  const { developmentIssuer } = settings
  const issueDevelopmentIdentity =
    developmentIssuer &&
    (async (subject: string, name: string) => {
      const [{ chainId }, signer] = await Promise.all([deployment(), developmentIssuer().catch(noIssuer)])
      const did = parseDid(subject, chainId)
      if (!did.ok) throw new Refusal(400, did.code, did.reason)
      return issueCredential({
        ...{ issuer: didOfAddress(chainId, signer.address), signer, type: 'IdentityCredential', claims: { name } },
        ...{ subject: did.value, expiresAt: now() + CREDENTIAL_SECONDS },
      })
    })

  const outbox = createAccountOutbox({ store, registry, applied: applied(now), log })
  const watched = onDeployment(async ({ chainId, block, addresses }) => ({
    client: createPublicClient({ transport: http(chainUrl, { timeout: 5000, retryCount: 0 }) }),
    accountOn: (await registry()).accountOn,
    ...{ chainId, block, accounts: addresses.AccountRegistry as Hex, revocations: addresses.RevocationRegistry as Hex },
  }))
  const watch = watchRegistries({ store, watched, now, log })
  const deliveries = createDeliveries(() => parts, log)
  const operators = new Set(settings.operatorDids)
  const parts: AccessParts & IdentifyParts = {
    ...{
      store,
      identity,
      wallet,
      openid4vp,
      publicUrl: settings.publicUrl,
      outbox,
      tokens,
      now,
      pendingSeconds: settings.pendingSeconds,
    },
    log: createAccessLog(store),
    limits: createLimits(settings.limits),
    issueDevelopmentIdentity,
    ownSystems: createOwnSystems(settings.systemsFile),
    isOperator: (did) => operators.has(did),
    async signAsMarketplace(hash) {
      const { did, sign } = await marketplace()
      return { did, signature: await sign(hash) }
    },
    wakeDeliveries: () => void deliveries.wake(),
  }
  return {
    ...parts,
    async close() {
      await watch.close()
      await deliveries.close()
      await outbox.close()
      await parts.log.close()
    },
  }
}

function noIssuer(cause: unknown): never {
  if (!(cause instanceof OpemError) || cause.code !== 'ERR_KEY_FILE_MISSING') throw cause
  throw new Refusal(
    404,
    'ERR_NO_DEVELOPMENT_ISSUER',
    'this development chain has no issuer of identities; opem up makes one',
  )
}

async function missingRegistrar(): Promise<never> {
  throw new OpemError({
    code: 'ERR_REGISTRAR_KEY',
    shortMessage: 'this API has no registrar key, so it cannot open accounts; set OPEM_REGISTRAR_KEY_FILE',
    retryable: true,
  })
}

async function missingOperator(): Promise<never> {
  throw new OpemError({
    code: 'ERR_OPERATOR_KEY',
    shortMessage:
      'this API has no key of the operator, so the chain is not told what the operator decides; set OPEM_OPERATOR_KEY_FILE',
    retryable: true,
  })
}

/** What follows from the deployment: made once for each, and again when making it failed or the deployment changed. */
const createOnDeployment =
  (deployment: () => Promise<Deployment>) =>
  <T>(make: (on: Deployment) => Promise<T>): (() => Promise<T>) => {
    let known: { readonly on: Deployment; readonly made: Promise<T> } | undefined
    return async () => {
      const on = await deployment()
      if (known?.on !== on) {
        const made = { on, made: make(on) }
        made.made.catch(() => {
          if (known === made) known = undefined
        })
        known = made
      }
      return known.made
    }
  }
