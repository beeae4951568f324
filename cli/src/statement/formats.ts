import {
  formatEur,
  formatInstant,
  MicroEur,
  roundDown,
  roundUp,
  type StatementDay,
  type StatementEnergy,
  toJsonWh,
} from '@opem/domain'
import type { ProvenStatement } from './gather.ts'

const energyJson = ({ energyImport, energyExport, bought, sold, gridImport, gridExport }: StatementEnergy) => ({
  importWh: toJsonWh(energyImport),
  exportWh: toJsonWh(energyExport),
  boughtWh: toJsonWh(bought),
  soldWh: toJsonWh(sold),
  gridImportWh: toJsonWh(gridImport),
  gridExportWh: toJsonWh(gridExport),
})

/** Nano-EUR as EUR with nine decimals: a day's money is exact, only the statement's sums are rounded. */
export function formatNanoEur(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(10, '0')
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`
}

/** A day's own balance for people, rounded like a statement: debits up, credits down. */
export const dayBalance = ({ exact }: StatementDay): MicroEur =>
  MicroEur(
    roundUp(exact.communityDebit) +
      roundUp(exact.commercialDebit) -
      roundDown(exact.communityCredit) -
      roundDown(exact.feedInCredit),
  )

const eur = (money: object) =>
  Object.fromEntries(Object.entries(money).map(([name, amount]) => [name, formatEur(amount)]))
const nano = (exact: object) =>
  Object.fromEntries(Object.entries(exact).map(([name, amount]) => [name, formatNanoEur(amount)]))

/** The statement for machines: Wh as whole numbers, EUR as decimal strings, and the roots on chain that prove it. */
export const statementJson = ({ profile, member, statement, proof }: ProvenStatement) => ({
  community: { id: profile.id, name: profile.name },
  member: { id: member.id, name: member.name },
  month: statement.month,
  timeZone: statement.timeZone,
  from: formatInstant(statement.from),
  to: formatInstant(statement.to),
  periods: statement.periods,
  energy: energyJson(statement.energy),
  moneyEur: eur(statement.money),
  days: statement.days.map(({ date, periods, energy, exact }) => ({
    date,
    periods,
    ...energyJson(energy),
    exactEur: nano(exact),
  })),
  proof,
})

const COLUMNS = [
  'date',
  'periods',
  'import_wh',
  'export_wh',
  'bought_wh',
  'sold_wh',
  'grid_import_wh',
  'grid_export_wh',
  'community_debit_eur',
  'community_credit_eur',
  'commercial_debit_eur',
  'feed_in_credit_eur',
]

/** One row per local day (money exact), then `total` (money as billed). */
export function statementCsv({ statement }: ProvenStatement): string {
  const row = (name: string, periods: number, energy: StatementEnergy, money: readonly string[]) =>
    [name, periods, ...Object.values(energyJson(energy)), ...money].join(',')
  const { money } = statement
  const rows = statement.days.map(({ date, periods, energy, exact }) =>
    row(
      date,
      periods,
      energy,
      [exact.communityDebit, exact.communityCredit, exact.commercialDebit, exact.feedInCredit].map(formatNanoEur),
    ),
  )
  const billed = [money.communityDebit, money.communityCredit, money.commercialDebit, money.feedInCredit].map(formatEur)
  return `${[COLUMNS.join(','), ...rows, row('total', statement.periods, statement.energy, billed)].join('\n')}\n`
}
