import { formatInstant } from '../periods/instant.ts'
import { localDayOf } from '../periods/local-time.ts'
import type { MemberMoney } from '../pricing/member-money.ts'
import { formatEur, formatNanoEur, type MicroEur, type NanoEur } from '../units/units.ts'
import type { StatementEnergy, StatementMoney } from './ledger.ts'
import type { Standing } from './period-state.ts'
import type { Statement } from './statement.ts'

/** The batches on chain that hold a statement's balances, so that anybody can ask for their proofs. */
export interface StatementProof {
  readonly chainId: number
  readonly settlement: string
  readonly batches: readonly { readonly start: string; readonly revision: number; readonly root: string }[]
}

/** A statement with everything that its file says beside the sums. */
export interface StatementFile {
  readonly community: { readonly id: string; readonly name: string }
  readonly member: { readonly id: string; readonly name: string }
  readonly statement: Statement
  readonly standing: Standing
  readonly proof: StatementProof
}

type Energies = { readonly [K in keyof StatementEnergy]: bigint }

const energyJson = ({ energyImport, energyExport, bought, sold, gridImport, gridExport }: Energies) => ({
  importWh: Number(energyImport),
  exportWh: Number(energyExport),
  boughtWh: Number(bought),
  soldWh: Number(sold),
  gridImportWh: Number(gridImport),
  gridExportWh: Number(gridExport),
})

const moneyJson = ({ communityDebit, communityCredit, commercialDebit, feedInCredit, balance }: StatementMoney) => ({
  communityDebit: formatEur(communityDebit),
  communityCredit: formatEur(communityCredit),
  commercialDebit: formatEur(commercialDebit),
  feedInCredit: formatEur(feedInCredit),
  balance: formatEur(balance),
})

const exactJson = ({ communityDebit, communityCredit, commercialDebit, feedInCredit }: MemberMoney) => ({
  communityDebit: formatNanoEur(communityDebit),
  communityCredit: formatNanoEur(communityCredit),
  commercialDebit: formatNanoEur(commercialDebit),
  feedInCredit: formatNanoEur(feedInCredit),
})

/**
 * The one shape of a statement file, whoever writes it: Wh as whole numbers, EUR as decimal strings (six decimals as billed, nine
 * where exact), times in UTC. A month's sums stay far below 2^53 Wh.
 */
export const statementDocument = ({ community, member, statement, standing, proof }: StatementFile) => ({
  community: { id: community.id, name: community.name },
  member: { id: member.id, name: member.name },
  month: statement.month ?? null,
  timeZone: statement.timeZone,
  from: formatInstant(statement.from),
  to: formatInstant(statement.to),
  asOf: formatInstant(standing.asOf),
  periods: statement.periods,
  state: {
    provisional: standing.provisional,
    provisionalUntil: standing.provisionalUntil === undefined ? null : formatInstant(standing.provisionalUntil),
    final: standing.final,
    corrected: standing.corrected.map(({ start, revision }) => ({ start: formatInstant(start), revision })),
  },
  energy: energyJson(statement.energy),
  moneyEur: moneyJson(statement.money),
  dueEur: formatEur(statement.due),
  unmeasured: statement.unmeasured.map(({ start, reasons }) => ({
    start: formatInstant(start),
    reasons: [...reasons],
  })),
  adjustments: {
    lines: statement.adjustments.lines.map(({ start, number, revision, knownAt, energy, exact }) => ({
      start: formatInstant(start),
      number,
      revision,
      knownAt: formatInstant(knownAt),
      ...energyJson(energy),
      exactEur: exactJson(exact),
    })),
    moneyEur: moneyJson(statement.adjustments.money),
  },
  days: statement.days.map(({ date, periods, energy, exact }) => ({
    date,
    periods,
    ...energyJson(energy),
    exactEur: exactJson(exact),
  })),
  proof: {
    chainId: proof.chainId,
    settlement: proof.settlement,
    batches: proof.batches.map(({ start, revision, root }) => ({ start, revision, root })),
  },
})

export type StatementDocument = ReturnType<typeof statementDocument>

const HEAD =
  'date,periods,import_wh,export_wh,bought_wh,sold_wh,grid_import_wh,grid_export_wh,community_debit_eur,community_credit_eur,commercial_debit_eur,feed_in_credit_eur,balance_eur,corrected,unmeasured'

const exactBalance = (exact: MemberMoney): NanoEur =>
  (exact.communityDebit + exact.commercialDebit - exact.communityCredit - exact.feedInCredit) as NanoEur

/**
 * The same as a table: a row per local day (money exact), `total` as billed, a row per adjustment (exact differences), `adjustments`
 * as billed, how many periods are final and provisional, and `due`. The last two columns list period starts, separated by spaces.
 */
export function statementCsv({ statement, standing }: StatementFile): string {
  const row = (name: string, periods: number, energy: Energies, money: readonly string[], notes = ['', '']) =>
    [name, periods, ...Object.values(energyJson(energy)), ...money, ...notes].join(',')
  const exact = (amounts: MemberMoney) => [...Object.values(exactJson(amounts)), formatNanoEur(exactBalance(amounts))]
  const on = (date: string, starts: readonly { readonly start: number }[]) =>
    starts
      .filter(({ start }) => localDayOf(start, statement.timeZone).date === date)
      .map(({ start }) => formatInstant(start))
      .join(' ')
  const none = { energyImport: 0n, energyExport: 0n, bought: 0n, sold: 0n, gridImport: 0n, gridExport: 0n }
  const { lines, money } = statement.adjustments
  const due: MicroEur = statement.due
  return `${[
    HEAD,
    ...statement.days.map((day) =>
      row(day.date, day.periods, day.energy, exact(day.exact), [
        on(day.date, standing.corrected),
        on(day.date, statement.unmeasured),
      ]),
    ),
    row('total', statement.periods, statement.energy, Object.values(moneyJson(statement.money))),
    ...lines.map((line) =>
      row(`adjustment ${line.number} of ${formatInstant(line.start)}`, 1, line.energy, exact(line.exact)),
    ),
    row('adjustments', lines.length, none, Object.values(moneyJson(money))),
    row('final', standing.final, none, ['', '', '', '', '']),
    ...(standing.provisionalUntil === undefined
      ? []
      : [
          row(`provisional until ${formatInstant(standing.provisionalUntil)}`, standing.provisional, none, [
            ...['', '', '', '', ''],
          ]),
        ]),
    row('due', statement.periods, none, ['', '', '', '', formatEur(due)]),
  ].join('\n')}\n`
}
