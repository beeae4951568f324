import type { Statement } from '@opem/domain'
import { formatInstant, toJsonWh } from '@opem/domain'
import { decimal } from '../format/energy.ts'

/** A decimal for machines: point, plain minus, no groups. @example plain(-1234500n, 6) // '-1.234500' */
export const plain = (value: bigint, scale: number): string =>
  decimal(value, scale, scale).replaceAll('\u202f', '').replace('−', '-')

/** A statement as CSV: one row a day, exact money before rounding, and the billed sums in the last row. */
export function statementCsv({ days, energy, money, periods }: Statement): string {
  const head =
    'date,periods,import_wh,export_wh,bought_wh,sold_wh,grid_import_wh,grid_export_wh,community_debit_eur,community_credit_eur,commercial_debit_eur,feed_in_credit_eur'
  const parts = (e: Statement['energy']) => [
    e.energyImport,
    e.energyExport,
    e.bought,
    e.sold,
    e.gridImport,
    e.gridExport,
  ]
  const rows = days.map(({ date, periods: count, energy: e, exact }) =>
    [
      date,
      count,
      ...parts(e),
      ...[exact.communityDebit, exact.communityCredit, exact.commercialDebit, exact.feedInCredit].map((nano) =>
        plain(nano, 9),
      ),
    ].join(','),
  )
  const total = [
    'total',
    periods,
    ...parts(energy),
    ...[money.communityDebit, money.communityCredit, money.commercialDebit, money.feedInCredit].map((micro) =>
      plain(micro, 6),
    ),
  ].join(',')
  return `${[head, ...rows, total].join('\n')}\n`
}

/** A statement as JSON: energy in Wh, money as decimal strings in EUR. */
export const statementJson = (
  community: string,
  { member, timeZone, month, from, to, periods, energy, money }: Statement,
): string =>
  `${JSON.stringify(
    {
      community,
      member,
      timeZone,
      month,
      from: formatInstant(from),
      to: formatInstant(to),
      periods,
      energyWh: Object.fromEntries(Object.entries(energy).map(([name, value]) => [name, toJsonWh(value)])),
      moneyEur: Object.fromEntries(Object.entries(money).map(([name, value]) => [name, plain(value as bigint, 6)])),
    },
    null,
    2,
  )}\n`
