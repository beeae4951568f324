import { agreementRegistryAbi } from '@opem/contracts'
import { type AgreementTerms, type Hex, type MarketRole, OpemError } from '@opem/domain'
import { createPublicClient, encodeFunctionData, http, type PublicClient } from 'viem'
import type { Deployment } from '../../unified-api/chain/deployment.ts'
import { refusalIn, told } from '../../unified-api/chain/told.ts'
import { signerFor } from '../signer-for.ts'

/** What contracting asks the chain, and nothing more. @throws ERR_CHAIN_AWAY (retryable) from every function */
export interface AgreementChain {
  readonly client: PublicClient
  readonly chainId: number
  readonly contract: Hex
  /** The platform fee in force, hundredths of a percent. */
  feeBps(): Promise<number>
  standingOf(id: Hex): Promise<{ readonly state: 'none' | 'concluded' | 'terminated'; readonly endsAt: number }>
  /** Whether a signature of a digest binds a party in a role, by the contract's own rule. */
  isSignedFor(it: { party: Hex; role: MarketRole; digest: Hex; signature: Hex }): Promise<boolean>
  /** The contract's reason to refuse a call now; undefined when it takes it. */
  refusalOf(call: MarketCall): Promise<string | undefined>
  dataOf(call: MarketCall): Hex
}

export type MarketCall =
  | { readonly name: 'conclude'; readonly terms: AgreementTerms; readonly consumer: Hex; readonly provider: Hex }
  | {
      readonly name: 'extend'
      readonly terms: AgreementTerms
      readonly end: number
      readonly deadline: bigint
      readonly consumer: Hex
      readonly provider: Hex
    }

const STATES = ['none', 'concluded', 'terminated'] as const

/** Anybody relays; a call is tried from nobody in particular. */
const NOBODY: Hex = '0x000000000000000000000000000000000000dEaD'

export function createAgreementChain({ url, deployment }: { url: string; deployment: Deployment }): AgreementChain {
  const client = createPublicClient({ transport: http(url, { timeout: 10_000, retryCount: 1 }) })
  const { addresses, chainId } = deployment
  const contract = addresses.AgreementRegistry as Hex
  if (!contract)
    throw new OpemError({
      code: 'ERR_DEPLOYMENT_UNKNOWN',
      shortMessage: 'this deployment has no agreement registry yet; start the marketplace once more',
      retryable: true,
    })
  const registry = { address: contract, abi: agreementRegistryAbi } as const
  const dids = addresses.EthereumDIDRegistry as Hex

  const callOf = (call: MarketCall) =>
    call.name === 'conclude'
      ? ({ functionName: 'conclude', args: [call.terms, call.consumer, call.provider] } as const)
      : ({
          functionName: 'extend',
          args: [call.terms, call.end, call.deadline, call.consumer, call.provider],
        } as const)

  return {
    client,
    chainId,
    contract,
    feeBps: () => told(async () => Number(await client.readContract({ ...registry, functionName: 'feeBps' }))),
    standingOf: (id) =>
      told(async () => {
        const { state, endsAt } = await client.readContract({ ...registry, functionName: 'standingOf', args: [id] })
        return { state: STATES[state] ?? 'none', endsAt: Number(endsAt) }
      }),
    isSignedFor: async ({ role, ...it }) => (await signerFor(client, dids, { ...it, roles: [role] })) !== undefined,
    refusalOf: (call) =>
      told(async () => {
        try {
          await client.simulateContract({ ...registry, ...callOf(call), account: NOBODY } as never)
          return undefined
        } catch (cause) {
          const reason = refusalIn(cause, agreementRegistryAbi)
          if (reason === undefined) throw cause
          return reason
        }
      }),
    dataOf: (call) => encodeFunctionData({ abi: agreementRegistryAbi, ...callOf(call) } as never),
  }
}
