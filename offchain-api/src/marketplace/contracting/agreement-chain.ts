import { agreementRegistryAbi, ethereumDidRegistryAbi } from '@opem/contracts'
import { type AgreementTerms, type Hex, type MarketRole, OpemError } from '@opem/domain'
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  encodeFunctionData,
  http,
  type PublicClient,
  recoverAddress,
  stringToHex,
} from 'viem'
import type { Deployment } from '../../unified-api/chain/deployment.ts'

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
  const dids = { address: addresses.EthereumDIDRegistry as Hex, abi: ethereumDidRegistryAbi } as const

  async function actsFor(party: Hex, role: MarketRole, signer: Hex): Promise<boolean> {
    const owner = await client.readContract({ ...dids, functionName: 'identityOwner', args: [party] })
    if (owner.toLowerCase() === signer.toLowerCase()) return true
    return client.readContract({
      ...dids,
      functionName: 'validDelegate',
      args: [party, stringToHex(`opem/${role}`, { size: 32 }), signer],
    })
  }

  async function saysItself(party: Hex, digest: Hex, signature: Hex): Promise<boolean> {
    const owner = await client.readContract({ ...dids, functionName: 'identityOwner', args: [party] })
    const code = await client.getCode({ address: owner })
    if (code === undefined || code === '0x') return false
    try {
      const said = await client.readContract({
        address: owner,
        abi: ERC_1271,
        functionName: 'isValidSignature',
        args: [digest, signature],
      })
      return said === '0x1626ba7e'
    } catch (cause) {
      if (isRevert(cause)) return false
      throw cause
    }
  }

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
    isSignedFor: ({ party, role, digest, signature }) =>
      told(async () => {
        const signer = await recoverAddress({ hash: digest, signature }).catch(() => undefined)
        if (signer !== undefined && (await actsFor(party, role, signer))) return true
        return saysItself(party, digest, signature)
      }),
    refusalOf: (call) =>
      told(async () => {
        try {
          await client.simulateContract({ ...registry, ...callOf(call), account: NOBODY } as never)
          return undefined
        } catch (cause) {
          const reason = nameOf(cause)
          if (reason === undefined) throw cause
          return reason
        }
      }),
    dataOf: (call) => encodeFunctionData({ abi: agreementRegistryAbi, ...callOf(call) } as never),
  }
}

const ERC_1271 = [
  {
    type: 'function',
    name: 'isValidSignature',
    stateMutability: 'view',
    inputs: [{ type: 'bytes32' }, { type: 'bytes' }],
    outputs: [{ type: 'bytes4' }],
  },
] as const

const revertOf = (cause: unknown): ContractFunctionRevertedError | undefined => {
  const found =
    cause instanceof BaseError ? cause.walk((inner) => inner instanceof ContractFunctionRevertedError) : null
  return found instanceof ContractFunctionRevertedError ? found : undefined
}
const isRevert = (cause: unknown): boolean => revertOf(cause) !== undefined

/** The contract's own error by name. */
const nameOf = (cause: unknown): string | undefined => {
  const reverted = revertOf(cause)
  return reverted && (reverted.data?.errorName ?? reverted.reason ?? 'it was reverted')
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof OpemError) throw cause
    throw new OpemError({
      code: 'ERR_CHAIN_AWAY',
      shortMessage: 'the chain does not answer; try again in a moment',
      cause,
      retryable: true,
    })
  }
}
