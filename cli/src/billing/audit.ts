import { escrowAbi } from '@opem/contracts'
import { type EscrowEvent, type Hex, rebuildBalances } from '@opem/domain'
import { type Address, erc20Abi, type PublicClient } from 'viem'

export interface BillingAudit {
  readonly ok: boolean
  readonly block: number
  readonly events: number
  readonly parties: number
  /** µEUR, as the events add up. */
  readonly total: bigint
  readonly held: bigint
  readonly reserved: bigint
  readonly findings: readonly string[]
}

const AT_ONCE = 5000n

/**
 * Rebuilds every balance of the escrow from its events alone, and holds each against what the contract says at the same block,
 * and their sum against the tokens that it holds. @param change for tests: events as they were not
 */
export async function auditBilling(
  client: PublicClient,
  { escrow, token, fromBlock }: { escrow: Address; token: Address; fromBlock: bigint },
  change: (events: EscrowEvent[]) => EscrowEvent[] = (events) => events,
): Promise<BillingAudit> {
  const blockNumber = await client.getBlockNumber({ cacheTime: 0 })
  const events: EscrowEvent[] = []
  for (let from = fromBlock; from <= blockNumber; from += AT_ONCE) {
    const toBlock = from + AT_ONCE - 1n < blockNumber ? from + AT_ONCE - 1n : blockNumber
    const logs = await client.getContractEvents({
      address: escrow,
      abi: escrowAbi,
      fromBlock: from,
      toBlock,
      strict: true,
    })
    for (const { eventName, args } of logs) events.push(...eventOf(eventName, args as Record<string, unknown>))
  }
  const rebuilt = rebuildBalances(change(events))
  const findings = [...rebuilt.findings]
  const contract = { address: escrow, abi: escrowAbi, blockNumber } as const
  const parties = new Set([...rebuilt.available.keys(), ...rebuilt.fees.keys()])
  for (const party of parties) {
    const [available, fees] = await Promise.all([
      client.readContract({ ...contract, functionName: 'availableOf', args: [party] }),
      client.readContract({ ...contract, functionName: 'feesOf', args: [party] }),
    ])
    const compare = (what: string, told: bigint, added: bigint) => {
      if (told !== added) findings.push(`${what} of ${party}: ${added} µEUR by the events, ${told} by the contract`)
    }
    compare('the purse', available, rebuilt.available.get(party) ?? 0n)
    compare('the fees', fees, rebuilt.fees.get(party) ?? 0n)
  }
  const held = await client.readContract({
    ...{ address: token, abi: erc20Abi, functionName: 'balanceOf', args: [escrow], blockNumber },
  })
  // Tokens that were sent to it without a deposit belong to nobody, and harm nobody.
  if (held < rebuilt.total)
    findings.push(`the escrow owes ${rebuilt.total} µEUR by its events and holds ${held} of the token`)
  return {
    ...{ ok: findings.length === 0, block: Number(blockNumber), events: events.length, parties: parties.size },
    ...{ total: rebuilt.total, held: rebuilt.held, reserved: rebuilt.reserved, findings },
  }
}

/** PaymentState.Held of IPayments.sol. */
const HELD = 1

const WITH_MONEY = new Set<string>([
  ...['Deposited', 'Withdrawn', 'FeesWithdrawn', 'PaymentHeld', 'PaymentReleased', 'PaymentDecided', 'PaymentLapsed'],
  ...['PaymentRefunded', 'Reserved', 'VoucherClaimed', 'ReserveReclaimed'],
])

/** Events that move money, with addresses in lower case; the others move none. */
function eventOf(name: string, args: Record<string, unknown>): EscrowEvent[] {
  if (!WITH_MONEY.has(name)) return []
  const lower = Object.fromEntries(
    Object.entries(args).map(([key, value]) => [key, typeof value === 'string' ? (value.toLowerCase() as Hex) : value]),
  )
  return [{ ...lower, name, ...(name === 'PaymentRefunded' ? { wasHeld: lower.previous === HELD } : {}) } as never]
}
