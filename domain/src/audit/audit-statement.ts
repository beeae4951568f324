import { formatInstant } from '../periods/instant.ts'
import type { PriceSeries } from '../pricing/price-series.ts'
import type { RulesDocument } from '../rules/rules-document.ts'
import type { SettledPeriod } from '../settlement/settle-period.ts'
import { type Statement, statementOf } from '../statement/statement.ts'
import type { Finding } from './types.ts'

/**
 * Holds a statement against audited periods: recomputes it and compares every amount of energy and money, day by day.
 * The place's `field` is like `money.communityDebit` or `days[2015-06-01].energy.bought`.
 */
export function auditStatement({
  statement,
  ...given
}: {
  readonly statement: Statement
  readonly periods: readonly SettledPeriod[]
  readonly rules: readonly RulesDocument[]
  readonly prices: readonly PriceSeries[]
}): Finding[] {
  const { member, timeZone, month } = statement
  const expected = flatten(statementOf({ ...given, member, timeZone, month }))
  const found = flatten(statement)
  const fields = new Set([...expected.keys(), ...found.keys()])
  const batch = formatInstant(statement.from)
  return [...fields]
    .filter((field) => expected.get(field) !== found.get(field))
    .map((field) => ({
      code: 'AUDIT_MONEY',
      place: { batch, member, field },
      expected: expected.get(field) ?? 'nothing',
      found: found.get(field) ?? 'nothing',
    }))
}

function flatten({ energy, money, exact, days, ...head }: Statement): Map<string, string> {
  const flat = new Map<string, string>()
  const put = (prefix: string, values: object): void => {
    for (const [name, value] of Object.entries(values)) flat.set(`${prefix}${name}`, String(value))
  }
  put('', head)
  put('energy.', energy)
  put('money.', money)
  put('exact.', exact)
  for (const day of days) {
    flat.set(`days[${day.date}].periods`, String(day.periods))
    put(`days[${day.date}].energy.`, day.energy)
    put(`days[${day.date}].exact.`, day.exact)
  }
  return flat
}
