import { join } from 'node:path'
import { deploy } from '@opem/contracts/deploy'
import { readPrivateKey } from '@opem/ssi'
import { createPublicClient, defineChain, http, parseEther } from 'viem'
import { publishSchemas } from './access/credential-schemas.ts'
import { bringDemoGovernor, DEMO_OPERATOR } from './access/demo-operator.ts'
import { accreditDevelopmentIssuers } from './access/development-issuers.ts'
import { defineMarketplaceCredentials } from './access/marketplace-credentials.ts'
import { operatorAddresses } from './access/operator.ts'
import { bringOperatorRoles } from './access/operator-roles.ts'
import { writeDeployment } from './deployment.ts'
import { stockEuros } from './development-euros.ts'
import { DEVELOPMENT_CHAIN_ID, fund, keyFile, openKeys } from './keys.ts'
import { persistently } from './persistent.ts'
import type { Settings } from './settings.ts'

/** Two of three nodes must agree; who signs a false report loses this. */
const QUORUM = 2
const MINIMUM_BOND = parseEther('1')
/** 16 days: meter operators correct readings for about two weeks. */
const CORRECTION_WINDOW_SECONDS = 16 * 86_400
/** The operator's own decisions take effect at once on a marketplace of one machine. */
const TIMELOCK_SECONDS = 0

/** Keys, money and contracts: everything that parts on the chain rely on. A second call finds it as it was. */
async function prepare(
  { home, urls, euroToken, replaced }: Settings,
  demoOperates: boolean,
  say: (line: string) => void,
): Promise<void> {
  const chainId = await createPublicClient({ transport: http(urls.chain) }).getChainId()
  const chain = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [urls.chain] } },
  })
  const keys = await openKeys(home)
  await fund(chain, keys, say)
  const began = Date.now()
  const deployment = await deploy({
    rpcUrl: urls.chain,
    deploymentDir: join(home, 'contracts', String(chainId)),
    operatorKey: await readPrivateKey(keyFile(home, 'operator')),
    oracleNodes: keys.oracles.map(({ address }) => address),
    quorum: QUORUM,
    minimumBond: MINIMUM_BOND,
    correctionWindow: CORRECTION_WINDOW_SECONDS,
    timelockSeconds: TIMELOCK_SECONDS,
    registrars: [keys.registrar.address],
    operators: [keys.operator.address, keys.accountOperator.address],
    euroToken,
  })
  await bringOperatorRoles({
    home,
    chain,
    accessManager: deployment.addresses.AccessManager,
    administrator: keys.operator,
    accountOperator: keys.accountOperator.address,
    registrar: keys.registrar.address,
    operators: [...operatorAddresses(process.env, chainId), ...(demoOperates ? [DEMO_OPERATOR] : [])],
    say,
  })
  if (!replaced.has('chain')) {
    const { AccessManager: accessManager } = deployment.addresses
    await bringDemoGovernor({ operates: demoOperates, chain, accessManager, administrator: keys.operator, say })
  }
  if (chainId === DEVELOPMENT_CHAIN_ID) {
    await accreditDevelopmentIssuers(home, chain, deployment.addresses.IssuerRegistry, keys.operator)
    if (euroToken === undefined) await stockEuros(chain, deployment.addresses.EuroToken, keys)
  }
  await publishSchemas(chain, deployment.addresses.SchemaRegistry, keys.operator)
  await defineMarketplaceCredentials(home, chain, deployment.addresses, keys.operator)
  writeDeployment(home, deployment)
  if (euroToken === undefined && chainId !== DEVELOPMENT_CHAIN_ID)
    say(
      `contracts    count in ${deployment.addresses.EuroToken}: unless OPEM_EURO_TOKEN named it at the first start, it is a development euro, worth nothing`,
    )
  say(
    `contracts    on chain ${chainId} in ${((Date.now() - began) / 1000).toFixed(1)} s, Settlement ${deployment.addresses.Settlement}`,
  )
}

/**
 * The preparation as a function that runs once, however many parts wait for it.
 * @param demoOperates whether the demo's wallet operates and governs (access/demo-operator.ts)
 */
export function deployed(settings: Settings, demoOperates: boolean, say: (line: string) => void): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= persistently(() => prepare(settings, demoOperates, say), say)
    return done
  }
}
