import {
  accessManagerAbi,
  accountRegistryAbi,
  agreementRegistryAbi,
  escrowAbi,
  issuerRegistryAbi,
  listingRegistryAbi,
  readGovernors,
  settlementAbi,
} from '@opem/contracts'
import { queryOptions } from '@tanstack/react-query'
import {
  type Abi,
  type Address,
  decodeFunctionData,
  getAbiItem,
  type Hex,
  isAddressEqual,
  type PublicClient,
} from 'viem'
import type { Settings } from '../api/settings.ts'

/** A call that the governor announced on chain; it takes effect when its time has come and somebody carries it out. */
export interface Operation {
  readonly id: Hex
  readonly nonce: number
  /** First second in which it can be carried out. */
  readonly schedule: number
  readonly caller: Address
  readonly target: Address
  readonly data: Hex
  readonly ended: 'executed' | 'cancelled' | undefined
}

export type OperationState = 'waiting' | 'ready' | 'expired' | 'executed' | 'cancelled'

/** @param expiration seconds for which a due operation can be carried out */
export function stateOf(
  { schedule, ended }: Pick<Operation, 'schedule' | 'ended'>,
  now: number,
  expiration: number,
): OperationState {
  if (ended !== undefined) return ended
  if (now < schedule) return 'waiting'
  return now < schedule + expiration ? 'ready' : 'expired'
}

const event = {
  scheduled: getAbiItem({ abi: accessManagerAbi, name: 'OperationScheduled' }),
  executed: getAbiItem({ abi: accessManagerAbi, name: 'OperationExecuted' }),
  cancelled: getAbiItem({ abi: accessManagerAbi, name: 'OperationCanceled' }),
} as const

type Client = Pick<PublicClient, 'getLogs' | 'readContract'>

/** Operations of the AccessManager from its events alone, the newest first. */
export async function readOperations(client: Client, settings: Settings): Promise<Operation[]> {
  const of = { address: settings.addresses.AccessManager, fromBlock: BigInt(settings.block), strict: true } as const
  const [scheduled, executed, cancelled] = await Promise.all([
    client.getLogs({ ...of, event: event.scheduled }),
    client.getLogs({ ...of, event: event.executed }),
    client.getLogs({ ...of, event: event.cancelled }),
  ])
  const ends = new Map<string, 'executed' | 'cancelled'>([
    ...executed.map(({ args }) => [`${args.operationId} ${args.nonce}`, 'executed'] as const),
    ...cancelled.map(({ args }) => [`${args.operationId} ${args.nonce}`, 'cancelled'] as const),
  ])
  return scheduled
    .map(({ args }) => ({
      ...{ id: args.operationId, nonce: Number(args.nonce), schedule: Number(args.schedule), caller: args.caller },
      ...{ target: args.target, data: args.data, ended: ends.get(`${args.operationId} ${args.nonce}`) },
    }))
    .reverse()
}

/** What governs payments now, asked of the contracts themselves. Seconds; fee in hundredths of a percent. */
export async function readTerms(client: Client, { addresses }: Settings) {
  const escrow = { address: addresses.Escrow, abi: escrowAbi } as const
  const [feeBps, acceptance, decision, closing, expiration] = await Promise.all([
    client.readContract({ address: addresses.AgreementRegistry, abi: agreementRegistryAbi, functionName: 'feeBps' }),
    client.readContract({ ...escrow, functionName: 'acceptanceSeconds' }),
    client.readContract({ ...escrow, functionName: 'decisionSeconds' }),
    client.readContract({ ...escrow, functionName: 'closingSeconds' }),
    client.readContract({ address: addresses.AccessManager, abi: accessManagerAbi, functionName: 'expiration' }),
  ])
  return { feeBps, acceptance, decision, closing, expiration }
}

/** Whether a wallet may call a function now, after a delay, or not at all. */
export async function readPower(client: Client, settings: Settings, caller: Address, target: Address, selector: Hex) {
  const [immediate, delay] = await client.readContract({
    ...{ address: settings.addresses.AccessManager, abi: accessManagerAbi, functionName: 'canCall' },
    args: [caller, target, selector],
  })
  return { immediate, delay }
}

/** Whether a wallet announced an operation, so that it alone carries it out, or administers the manager, so that it may cancel. */
export async function readHand(
  client: Client,
  settings: Settings,
  wallet: Address,
  { caller }: Pick<Operation, 'caller'>,
) {
  const mine = isAddressEqual(wallet, caller)
  const [administers] = await client.readContract({
    ...{
      address: settings.addresses.AccessManager,
      abi: accessManagerAbi,
      functionName: 'hasRole',
      args: [0n, wallet],
    },
  })
  return { executes: mine, cancels: mine || administers }
}

/** Whether a wallet may call a function; asked anew when another wallet is connected. */
export const powerQuery = (
  client: Client,
  settings: Settings,
  { wallet, target, selector }: { wallet: Address | undefined; target: Address; selector: Hex },
) =>
  queryOptions({
    queryKey: ['chain', 'power', wallet ?? 'none', target, selector],
    queryFn: () => readPower(client, settings, wallet!, target, selector),
    enabled: wallet !== undefined,
  })

export const governorsQuery = (client: Client, settings: Settings) =>
  queryOptions({
    queryKey: ['chain', 'governors'],
    queryFn: () =>
      readGovernors(client, { accessManager: settings.addresses.AccessManager, fromBlock: BigInt(settings.block) }),
  })

export const operationsQuery = (client: Client, settings: Settings) =>
  queryOptions({ queryKey: ['chain', 'operations'], queryFn: () => readOperations(client, settings) })

export const termsQuery = (client: Client, settings: Settings) =>
  queryOptions({ queryKey: ['chain', 'terms'], queryFn: () => readTerms(client, settings) })

const KNOWN: readonly Abi[] = [
  ...[agreementRegistryAbi, listingRegistryAbi, escrowAbi, accessManagerAbi, settlementAbi, accountRegistryAbi],
  issuerRegistryAbi,
]

/** A call as a reader of contracts would write it. @example callInWords('0x…') // 'setFee(300)' */
export function callInWords(data: Hex): string {
  for (const abi of KNOWN) {
    try {
      const { functionName, args } = decodeFunctionData({ abi, data })
      return `${functionName}(${(args ?? []).map(String).join(', ')})`
    } catch {
      // Of another contract.
    }
  }
  return data.length > 66 ? `${data.slice(0, 66)}…` : data
}
