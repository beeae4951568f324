import { join } from 'node:path'
import { credentialDefinitionRegistryAbi } from '@opem/contracts'
import type { CredentialType } from '@opem/ssi/credential'
import { addressOfDid } from '@opem/ssi/did'
import {
  type Address,
  BaseError,
  type Chain,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  type Hex,
  http,
  keccak256,
  type LocalAccount,
  stringToBytes,
} from 'viem'
import { schemaIdOf } from './credential-schemas.ts'
import { accessPath } from './paths.ts'

/** What the marketplace itself issues. */
const ISSUED = ['AccountCredential', 'ReceiptCredential'] as const satisfies readonly CredentialType[]

/**
 * Defines what the marketplace's DID issues, on the schemas that the operator published. The registry takes it from the
 * DID's owner alone, who is given what it costs. What is defined, or was retired, stays; nothing is sent then.
 */
export async function defineMarketplaceCredentials(
  home: string,
  chain: Chain,
  addresses: { readonly EthereumDIDRegistry: Address; readonly CredentialDefinitionRegistry: Address },
  operator: LocalAccount,
): Promise<void> {
  const { agentSecret, openAgent } = await import('@opem/ssi/agent')
  const agent = await openAgent({
    chainId: chain.id,
    path: join(accessPath(home), 'agent.json'),
    secret: agentSecret(process.env.OPEM_AGENT_SECRET, join(accessPath(home), 'agent-secret')),
    rpcUrl: chain.rpcUrls.default.http[0]!,
    registry: addresses.EthereumDIDRegistry,
    payer: operator,
  })
  const client = createPublicClient({ chain, transport: http() })
  const contract = { address: addresses.CredentialDefinitionRegistry, abi: credentialDefinitionRegistryAbi } as const
  const issuer = addressOfDid(agent.did)!
  const missing: (readonly [Address, Hex, Hex])[] = []
  for (const type of ISSUED) {
    const args = [issuer, keccak256(stringToBytes(type)), schemaIdOf(operator.address, type)] as const
    const id = await client.readContract({ ...contract, functionName: 'definitionIdOf', args })
    const found = client.readContract({ ...contract, functionName: 'definition', args: [id] })
    if (!(await found.catch(unlessUnknown))) missing.push(args)
  }
  if (missing.length === 0) return

  const owner = await agent.ownerAccount()
  await pay(chain, operator, owner.address, missing.length)
  const wallet = createWalletClient({ account: owner, chain, transport: http() })
  for (const args of missing) {
    const hash = await wallet.writeContract({ ...contract, functionName: 'defineCredential', args })
    await client.waitForTransactionReceipt({ hash, pollingInterval: 50 })
  }
}

function unlessUnknown(cause: unknown): undefined {
  const revert = cause instanceof BaseError && cause.walk((error) => error instanceof ContractFunctionRevertedError)
  if (revert instanceof ContractFunctionRevertedError && revert.data?.errorName === 'DefinitionUnknown') return
  throw cause
}

/** Twice what a definition takes (112,675 gas measured), and some. */
const GAS = 250_000n

async function pay(chain: Chain, from: LocalAccount, to: Address, transactions: number): Promise<void> {
  const client = createPublicClient({ chain, transport: http() })
  const [held, { maxFeePerGas }] = await Promise.all([client.getBalance({ address: to }), client.estimateFeesPerGas()])
  const needed = maxFeePerGas * GAS * BigInt(transactions)
  if (held >= needed) return
  const wallet = createWalletClient({ account: from, chain, transport: http() })
  const hash = await wallet.sendTransaction({ to, value: needed - held })
  await client.waitForTransactionReceipt({ hash, pollingInterval: 50 })
}
