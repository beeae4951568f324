import { settlementAbi } from '@opem/contracts'
import {
  concat,
  encodeFunctionData,
  type Hex,
  parseSignature,
  serializeCompactSignature,
  signatureToCompactSignature,
} from 'viem'
import { type Report, toChainBatch, toChainReport } from '../sign/proposal.ts'
import type { SettledBatch } from '../watch/batches.ts'

/** Signatures as the contract takes them: r ‖ vs (ERC-2098), 64 bytes each, one behind the other. */
export const packSignatures = (signatures: readonly Hex[]): Hex =>
  concat(
    signatures.map((signature) => serializeCompactSignature(signatureToCompactSignature(parseSignature(signature)))),
  )

/** The call that settles a batch, or corrects `previous`. `signatures` ascend by signer. */
export function encodeReport(
  report: Report,
  totals: readonly bigint[],
  signatures: readonly Hex[],
  previous: SettledBatch | null,
): Hex {
  const packed = packSignatures(signatures)
  const [chainReport, words] = [toChainReport(report), [...totals]]
  return previous
    ? encodeFunctionData({
        abi: settlementAbi,
        functionName: 'correct',
        args: [toChainBatch(previous), packed, chainReport, words],
      })
    : encodeFunctionData({ abi: settlementAbi, functionName: 'settle', args: [packed, chainReport, words] })
}
