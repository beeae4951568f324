import {
  type FundFile,
  type FundMonth,
  fundOf,
  fundResidual,
  settledBook,
  standingOf,
  statementsOf,
} from '@opem/domain'
import { refusal } from '../failure.ts'
import type { Instance } from '../instance/instance.ts'
import { settledIn } from './gather.ts'
import { type AuditedMonth, auditedMonth, proofOf } from './month.ts'

/**
 * What the community's fund holds of a month, out of every member's statement, held against what the audit adds up period by period.
 * @throws ERR_NOT_SOUND, ERR_FUND when the two ways do not agree to the nano-euro
 */
export async function gatherFund(
  instance: Instance,
  wanted: { readonly community: string; readonly month: string; readonly until?: number },
): Promise<FundFile> {
  const audited = await auditedMonth(instance, wanted)
  const { profile, chain, month, from, to, evidence, prices, adjusted, asOf } = audited
  const { rules, timeZone } = profile
  const periods = evidence.flatMap(({ periodSeconds, books }) => books.map((book) => settledBook(book, periodSeconds)))
  const statements = statementsOf({ periods, adjusted, rules, prices, timeZone, month })
  const fund = fundOf(statements)
  checkFund(audited, fund)
  if (fundResidual(statements, fund) !== 0n)
    throw refusal('ERR_FUND', `The members’ statements of ${month} and the fund do not come to zero.`)
  const starts = periods.map(({ start }) => start).filter((start) => start >= from && start < to)
  return {
    community: { id: profile.id, name: profile.name },
    ...{ month, timeZone, statements, proof: proofOf(audited) },
    standing: standingOf(settledIn(audited), starts, chain.correctionWindow, asOf),
  }
}

/** The audits' sums: the month's periods, and the differences that became known in it, whatever month they are of. */
function checkFund({ audits, month }: AuditedMonth, fund: FundMonth): void {
  const [own] = audits
  const settled = own?.funds.find((one) => one.month === month)?.settled.margin ?? 0n
  const adjusted = audits
    .slice(1)
    .flatMap(({ funds }) => funds)
    .filter((one) => one.month === month)
    .reduce((sum, one) => sum + one.adjustments.margin, 0n)
  if (settled !== fund.settled.margin || adjusted !== fund.adjustments.margin)
    throw refusal(
      'ERR_FUND',
      `The fund of ${month} is ${fund.settled.margin} and ${fund.adjustments.margin} nEUR by the statements, ${settled} and ${adjusted} by the audit.`,
    )
}
