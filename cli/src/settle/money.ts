import {
  type Account,
  addToAccount,
  billed,
  communityFund,
  emptyAccount,
  formatEur,
  moneyAt,
  type PriceSeries,
  periodPrices,
  type RulesDocument,
  rulesInForce,
  type SettledPeriod,
  toJsonWh,
} from '@opem/domain'

/** Every member's running account; memory grows with members, not with periods. */
export interface Accounts {
  add(period: SettledPeriod): void
  /** One object per member, ascending, money as decimal EUR. */
  members(): MemberSummary[]
  fund(): FundSummary
}

export type MemberSummary = ReturnType<typeof memberSummary>
export type FundSummary = ReturnType<typeof fundSummary>

export function openAccounts(rules: readonly RulesDocument[], prices: readonly PriceSeries[]): Accounts {
  const accounts = new Map<string, Account>()
  return {
    add(period) {
      const at = periodPrices(period, rulesInForce(rules, period.start), prices)
      for (const member of period.members)
        accounts.set(
          member.member,
          addToAccount(accounts.get(member.member) ?? emptyAccount, member, moneyAt(member, at)),
        )
    },
    members: () =>
      [...accounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([member, account]) => memberSummary(member, account)),
    fund: () => fundSummary([...accounts.values()]),
  }
}

function memberSummary(member: string, { periods, energy, exact }: Account) {
  const money = billed(exact)
  return {
    member,
    periods,
    importWh: toJsonWh(energy.energyImport),
    exportWh: toJsonWh(energy.energyExport),
    boughtWh: toJsonWh(energy.bought),
    soldWh: toJsonWh(energy.sold),
    gridImportWh: toJsonWh(energy.gridImport),
    gridExportWh: toJsonWh(energy.gridExport),
    communityDebitEur: formatEur(money.communityDebit),
    communityCreditEur: formatEur(money.communityCredit),
    commercialDebitEur: formatEur(money.commercialDebit),
    feedInCreditEur: formatEur(money.feedInCredit),
    balanceEur: formatEur(money.balance),
  }
}

function fundSummary(accounts: readonly Account[]) {
  const fund = communityFund(accounts.map(({ exact }) => exact))
  return {
    communityFund: {
      debitsEur: formatEur(fund.debits),
      creditsEur: formatEur(fund.credits),
      balanceEur: formatEur(fund.balance),
      marginNanoEur: String(fund.margin),
      residualNanoEur: String(fund.residual),
    },
  }
}
