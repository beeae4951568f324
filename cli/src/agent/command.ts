import type { Command } from 'commander'
import { defineChain } from 'viem'
import { refusal } from '../failure.ts'
import { openInstance, type Where, withWhere } from '../instance/instance.ts'
import { print } from '../print.ts'
import { readDeployment } from '../up/deployment.ts'
import { keyFile } from '../up/keys.ts'

type Options = Where & { stolen?: boolean; json?: boolean }

/** `opem agent …`: the marketplace's own DID, which issues accounts and receipts. */
export function agentCommand(program: Command): void {
  const agent = program
    .command('agent')
    .summary('the marketplace’s own DID and its keys')
    .description('The marketplace’s own DID issues Account and Receipt credentials and speaks to wallets.')
  withWhere(
    agent
      .command('show')
      .description('The DID, and the address of the key that owns it.')
      .option('--json', 'one JSON object for machines'),
  ).action(async (options: Options) => {
    const { agent: opened } = await open(options)
    const { address } = await opened.ownerAccount()
    print(options, { did: opened.did, owner: address.toLowerCase() }, [
      opened.did,
      `its key is ${address.toLowerCase()}`,
    ])
  })
  withWhere(
    agent
      .command('rotate')
      .summary('hands the marketplace’s DID to a new key')
      .description(
        'Hands the marketplace’s DID to a new key; an API that runs issues with it from then on. What the old key issued counts on, unless it was stolen.',
      )
      .option('--stolen', 'the old key was stolen: no account and no receipt that it ever signed counts any more')
      .option('--json', 'one JSON object for machines'),
  ).action(async (options: Options) => {
    const { agent: opened, home, chain, addresses, operator } = await open(options)
    const { defineMarketplaceCredentials } = await import('../up/access/marketplace-credentials.ts')
    const { address: before } = await opened.ownerAccount()
    const owner = await opened.rotate({ compromised: options.stolen ?? false })
    await defineMarketplaceCredentials(home, chain, addresses as never, operator)
    const { did } = opened
    print(options, { did, before: before.toLowerCase(), owner: owner.toLowerCase(), stolen: options.stolen ?? false }, [
      `${did} belongs to the key ${owner.toLowerCase()} from now on`,
      options.stolen
        ? 'every account needs a new credential: what the old key signed counts no more'
        : 'what the old key signed counts on',
    ])
  })
}

async function open(options: Where) {
  const [{ openKeyFile }, { agentSecret, openAgent }, { accessPath }] = await Promise.all([
    import('@opem/ssi'),
    import('@opem/ssi/agent'),
    import('../up/access/paths.ts'),
  ])
  const { existsSync } = await import('node:fs')
  const { home, chainUrl, chainId } = await openInstance(options)
  const addresses = readDeployment(home)?.addresses
  const path = accessPath(home, 'agent.json')
  if (addresses?.EthereumDIDRegistry === undefined || !existsSync(path)) {
    throw refusal(
      'ERR_NO_AGENT',
      `${home} has no keys of the marketplace's DID: the first start (npm start) makes them.`,
    )
  }
  const operator = await openKeyFile(keyFile(home, 'operator'))
  const agent = await openAgent({
    ...{ chainId, path, rpcUrl: chainUrl, payer: operator },
    secret: agentSecret(process.env.OPEM_AGENT_SECRET, accessPath(home, 'agent-secret')),
    registry: addresses.EthereumDIDRegistry as `0x${string}`,
  })
  const chain = defineChain({
    ...{ id: chainId, name: `chain ${chainId}`, nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 } },
    rpcUrls: { default: { http: [chainUrl] } },
  })
  return { agent, home, chain, addresses, operator }
}
