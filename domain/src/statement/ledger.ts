import type { MemberMoney } from '../pricing/member-money.ts'
import type { SettledMember } from '../settlement/settle-period.ts'
import { MicroEur, NanoEur, roundDown, roundUp, Wh } from '../units/units.ts'

/** Energy of a member over some periods. */
export interface StatementEnergy {
  readonly energyImport: Wh
  readonly energyExport: Wh
  readonly bought: Wh
  readonly sold: Wh
  readonly gridImport: Wh
  readonly gridExport: Wh
}

/** Money of a member as billed, µEUR: debits rounded up, credits rounded down, once per statement. */
export interface StatementMoney {
  readonly communityDebit: MicroEur
  readonly communityCredit: MicroEur
  readonly commercialDebit: MicroEur
  readonly feedInCredit: MicroEur
  /** Debits − credits: positive when the member owes. */
  readonly balance: MicroEur
}

/** Running sums of one member, exact: energy, and money when there are prices. */
export interface Account {
  readonly periods: number
  readonly energy: StatementEnergy
  readonly exact: MemberMoney
}

export const emptyAccount: Account = {
  periods: 0,
  energy: {
    energyImport: Wh(0),
    energyExport: Wh(0),
    bought: Wh(0),
    sold: Wh(0),
    gridImport: Wh(0),
    gridExport: Wh(0),
  },
  exact: {
    communityDebit: NanoEur(0),
    communityCredit: NanoEur(0),
    commercialDebit: NanoEur(0),
    feedInCredit: NanoEur(0),
  },
}

export const addToAccount = (
  { periods, energy, exact }: Account,
  member: SettledMember,
  money: MemberMoney,
): Account => ({
  periods: periods + 1,
  energy: {
    energyImport: Wh(energy.energyImport + member.energyImport),
    energyExport: Wh(energy.energyExport + member.energyExport),
    bought: Wh(energy.bought + member.bought),
    sold: Wh(energy.sold + member.sold),
    gridImport: Wh(energy.gridImport + member.gridImport),
    gridExport: Wh(energy.gridExport + member.gridExport),
  },
  exact: {
    communityDebit: NanoEur(exact.communityDebit + money.communityDebit),
    communityCredit: NanoEur(exact.communityCredit + money.communityCredit),
    commercialDebit: NanoEur(exact.commercialDebit + money.commercialDebit),
    feedInCredit: NanoEur(exact.feedInCredit + money.feedInCredit),
  },
})

/** Exact money as billed. @example a debit of 1,001 nEUR bills 2 µEUR; a credit of 1,999 nEUR pays 1 µEUR */
export function billed(exact: MemberMoney): StatementMoney {
  const communityDebit = roundUp(exact.communityDebit)
  const communityCredit = roundDown(exact.communityCredit)
  const commercialDebit = roundUp(exact.commercialDebit)
  const feedInCredit = roundDown(exact.feedInCredit)
  const balance = MicroEur(communityDebit + commercialDebit - communityCredit - feedInCredit)
  return { communityDebit, communityCredit, commercialDebit, feedInCredit, balance }
}

/** The community's fund over the same periods: what members paid inside minus what members earned inside. */
export interface CommunityFund {
  readonly debits: MicroEur
  readonly credits: MicroEur
  /** Held by the fund, µEUR. */
  readonly balance: MicroEur
  /** The part that the tariffs' difference makes, exact, nEUR; negative only when production is paid more than consumption costs. */
  readonly margin: NanoEur
  /** The part that rounding makes, exact, nEUR, never negative: balance × 1000 = margin + residual. */
  readonly residual: NanoEur
}

/** The fund that a set of exact accounts leaves. */
export function communityFund(accounts: readonly MemberMoney[]): CommunityFund {
  let debits = 0n
  let credits = 0n
  let margin = 0n
  for (const exact of accounts) {
    const money = billed(exact)
    debits += money.communityDebit
    credits += money.communityCredit
    margin += exact.communityDebit - exact.communityCredit
  }
  const balance = MicroEur(debits - credits)
  return {
    debits: MicroEur(debits),
    credits: MicroEur(credits),
    balance,
    margin: NanoEur(margin),
    residual: NanoEur(balance * 1000n - margin),
  }
}
