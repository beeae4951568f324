import { settlementReport, totalsHash } from '@opem/domain'
import type { Address, Hex, PrivateKeyAccount } from 'viem'
import { keccak } from '../close-period/recompute.ts'
import type { Deployment } from '../watch/deployment.ts'
import { type Report, toChainReport } from './proposal.ts'

export interface Signature {
  readonly node: Address
  readonly signature: Hex
}

/** The typed data of a report, as every node and the contract see it. `nonce` is the contract's for the community. */
export const reportData = (
  { chainId, settlement }: Pick<Deployment, 'chainId' | 'settlement'>,
  report: Report,
  totals: readonly bigint[],
  nonce: bigint,
) =>
  settlementReport({
    chainId,
    settlement,
    report: toChainReport(report),
    totalsHash: totalsHash(keccak, totals),
    nonce,
  })

/** This node's signature under a report it has computed itself. */
export async function signReport(
  { account, deployment }: { readonly account: PrivateKeyAccount; readonly deployment: Deployment },
  report: Report,
  totals: readonly bigint[],
  nonce: bigint,
): Promise<Signature> {
  const signature = await account.signTypedData(reportData(deployment, report, totals, nonce))
  return { node: account.address, signature }
}
