import { settlementAbi } from '@opem/contracts'
import { adjustmentReport, type formatAdjustment, packTotals, parseAdjustment } from '@opem/domain'
import { type Address, recoverTypedDataAddress } from 'viem'
import type { World } from './world.ts'

export type AdjustmentWire = ReturnType<typeof formatAdjustment>

/** Moves the chain's clock past the correction window of everything that is settled by now. */
export async function passWindow({ client, test, deployment }: World): Promise<void> {
  const settlement = { address: deployment.addresses.Settlement, abi: settlementAbi } as const
  const window = await client.readContract({ ...settlement, functionName: 'correctionWindow' })
  await test.increaseTime({ seconds: Number(window) + 60 })
  await test.mine({ blocks: 1 })
}

/** Every adjustment of a community that the API serves. */
export async function adjustmentsOf({ apiUrl, fetch }: World, community: Address): Promise<AdjustmentWire[]> {
  const response = await fetch(`${apiUrl}/v1/communities/${community}/adjustments`)
  return ((await response.json()) as { adjustments: AdjustmentWire[] }).adjustments
}

/** Who signed an adjustment, ascending. */
export async function signersOf({ deployment }: World, wire: AdjustmentWire): Promise<Address[]> {
  const parsed = parseAdjustment(wire)
  if (!parsed.ok) throw new Error(parsed.reason)
  const { book, signatures } = parsed.value
  const data = adjustmentReport({
    chainId: deployment.chainId,
    settlement: deployment.addresses.Settlement,
    adjustment: { ...parsed.value, totals: packTotals(book), membersRoot: book.membersRoot },
  })
  return (await Promise.all(signatures.map((signature) => recoverTypedDataAddress({ ...data, signature })))).sort()
}
