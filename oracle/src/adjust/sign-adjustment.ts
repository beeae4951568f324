import { type AdjustmentValues, adjustmentReport } from '@opem/domain'
import type { PrivateKeyAccount } from 'viem'
import { z } from 'zod'
import { hexOf, word, wordHex } from '../sign/proposal.ts'
import type { Signature } from '../sign/sign-report.ts'
import type { Deployment } from '../watch/deployment.ts'

/** One node's question to another: would you sign this adjustment? */
export type Question = AdjustmentValues

const QuestionShape = z.strictObject({
  community: hexOf(20),
  batch: z.int().nonnegative(),
  revision: z.int().nonnegative(),
  batchRoot: hexOf(32),
  start: z.int().nonnegative(),
  rules: z.int().min(1),
  number: z.int().min(1),
  totals: word,
  membersRoot: hexOf(32),
  knownAt: z.int().nonnegative(),
})

export const parseQuestion = (raw: unknown) => {
  const parsed = QuestionShape.safeParse(raw)
  return parsed.success
    ? ({ ok: true, value: parsed.data } as const)
    : ({ ok: false, code: 'ERR_ORACLE_PROPOSAL', reason: z.prettifyError(parsed.error) } as const)
}

export const formatQuestion = (question: Question): string =>
  JSON.stringify({ ...question, totals: wordHex(question.totals) })

/** The typed data of an adjustment, as every node and auditor sees it. */
export const adjustmentData = (
  { chainId, settlement }: Pick<Deployment, 'chainId' | 'settlement'>,
  adjustment: Question,
) => adjustmentReport({ chainId, settlement, adjustment })

/** This node's signature under an adjustment it has computed itself. */
export async function signAdjustment(
  { account, deployment }: { readonly account: PrivateKeyAccount; readonly deployment: Deployment },
  question: Question,
): Promise<Signature> {
  return { node: account.address, signature: await account.signTypedData(adjustmentData(deployment, question)) }
}
