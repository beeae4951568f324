import { developmentEuroAbi, escrowAbi } from '@opem/contracts'
import { type Hex, OpemError } from '@opem/domain'
import { encodeFunctionData, type PublicClient } from 'viem'
import type { Deployment } from '../../unified-api/chain/deployment.ts'
import { refusalIn, told } from '../../unified-api/chain/told.ts'
import type { EscrowCall } from './due/calls.ts'
import { agreementOf } from './terms.ts'

const HELD = 1
const DISPUTED = 2
/** Anybody claims; a call is tried from nobody in particular. */
const NOBODY: Hex = '0x000000000000000000000000000000000000dEaD'

/** What billing asks the escrow, and how it tells it things. */
export interface EscrowChain {
  readonly client: PublicClient
  readonly chainId: number
  readonly escrow: Hex
  readonly token: Hex
  encode(call: EscrowCall): { readonly to: Hex; readonly data: Hex }
  /** Whether the chain already says what the call would make it say. */
  isReached(call: EscrowCall): Promise<boolean>
  /** The contract's reason when it refuses, undefined when something else went wrong. */
  refusalOf(cause: unknown): string | undefined
  /** The contract's own judgement of a voucher, by the rule that pays it; undefined when it would pay. */
  refusalOfVoucher(agreement: Hex, cumulative: bigint, signature: Hex): Promise<string | undefined>
  availableOf(party: Hex): Promise<bigint>
  /** What time it is for the next block: never earlier than the newest one. */
  now(): Promise<number>
}

export function createEscrowChain({
  client,
  deployment,
}: {
  client: PublicClient
  deployment: Deployment
}): EscrowChain {
  const addresses: Partial<Record<string, string>> = deployment.addresses
  const [escrow, token] = [addresses.Escrow as Hex | undefined, addresses.EuroToken as Hex | undefined]
  if (escrow === undefined || token === undefined)
    throw new OpemError({
      code: 'ERR_MARKET_NOT_DEPLOYED',
      shortMessage: 'the escrow is not deployed on this chain yet; start the marketplace again to deploy it',
      retryable: true,
    })
  const contract = { address: escrow, abi: escrowAbi } as const
  const abi = [...escrowAbi, ...developmentEuroAbi]

  const stateOf = async (payment: Hex) =>
    (await client.readContract({ ...contract, functionName: 'paymentOf', args: [payment] })).state

  return {
    ...{ client, chainId: deployment.chainId, escrow, token },
    encode(call) {
      switch (call.kind) {
        case 'pay':
          return at(
            escrow,
            encodeFunctionData({
              ...contract,
              functionName: 'pay',
              args: [agreementOf(call.agreement), call.number],
            }),
          )
        case 'release':
        case 'lapse':
          return at(escrow, encodeFunctionData({ ...contract, functionName: call.kind, args: [call.payment] }))
        case 'claim':
          return at(
            escrow,
            encodeFunctionData({
              ...contract,
              functionName: 'claim',
              args: [call.agreement, BigInt(call.cumulative), call.signature],
            }),
          )
        case 'reclaim':
          return at(escrow, encodeFunctionData({ ...contract, functionName: 'reclaim', args: [call.agreement] }))
        case 'give':
          return at(
            token,
            encodeFunctionData({
              abi: developmentEuroAbi,
              functionName: 'transfer',
              args: [call.to, BigInt(call.amount)],
            }),
          )
        default:
          return call satisfies never
      }
    },
    async isReached(call) {
      switch (call.kind) {
        case 'pay':
          return (await stateOf(call.payment)) !== 0
        case 'release':
          return (await stateOf(call.payment)) !== HELD
        case 'lapse':
          return (await stateOf(call.payment)) !== DISPUTED
        case 'claim': {
          const { claimed } = await client.readContract({
            ...contract,
            functionName: 'reserveOf',
            args: [call.agreement],
          })
          return claimed >= BigInt(call.cumulative)
        }
        case 'reclaim': {
          const { reclaimableAt } = await client.readContract({
            ...contract,
            functionName: 'reserveOf',
            args: [call.agreement],
          })
          return reclaimableAt === 0
        }
        case 'give':
          return false
        default:
          return call satisfies never
      }
    },
    refusalOf: (cause) => refusalIn(cause, abi),
    refusalOfVoucher: (agreement, cumulative, signature) =>
      told(async () => {
        try {
          await client.simulateContract({
            ...{ ...contract, functionName: 'claim', args: [agreement, cumulative, signature], account: NOBODY },
          })
          return undefined
        } catch (cause) {
          const reason = refusalIn(cause, abi)
          if (reason === undefined) throw cause
          return reason
        }
      }),
    availableOf: (party) =>
      told(() => client.readContract({ ...contract, functionName: 'availableOf', args: [party] })),
    now: () => told(async () => Math.max(Number((await client.getBlock()).timestamp), Math.floor(Date.now() / 1000))),
  }
}

const at = (to: Hex, data: Hex) => ({ to, data })
