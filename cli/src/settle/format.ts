import { formatInstant, type SettledPeriod, toJsonWh } from '@opem/domain'
import type { FundSummary, MemberSummary } from './money.ts'

/** One line of JSON per period. */
export const periodJson = ({ start, surplus, demand, shared, members }: SettledPeriod): string =>
  JSON.stringify({
    periodStart: formatInstant(start),
    surplusWh: toJsonWh(surplus),
    demandWh: toJsonWh(demand),
    sharedWh: toJsonWh(shared),
    members: members.map(({ member, bought, sold, gridImport, gridExport }) => ({
      member,
      boughtWh: toJsonWh(bought),
      soldWh: toJsonWh(sold),
      gridImportWh: toJsonWh(gridImport),
      gridExportWh: toJsonWh(gridExport),
    })),
  })

const row = (name: string, cells: readonly (string | number | bigint)[]): string =>
  `  ${name.padEnd(20)}${cells.map((cell) => String(cell).padStart(14)).join('')}`

/** One period as a small table. */
export const periodTable = ({ start, surplus, demand, shared, members }: SettledPeriod): string =>
  [
    `${formatInstant(start)}  surplus ${surplus} Wh, demand ${demand} Wh, shared ${shared} Wh`,
    row('member', ['bought Wh', 'sold Wh', 'grid import', 'grid export']),
    ...members.map((m) => row(m.member, [m.bought, m.sold, m.gridImport, m.gridExport])),
    '',
  ].join('\n')

/** The summary of all members as a table. */
export const summaryTable = (members: readonly MemberSummary[], { communityFund: fund }: FundSummary): string =>
  [
    'Statement, EUR (debits rounded up, credits rounded down to 1e-6)',
    row('member', ['bought Wh', 'sold Wh', 'community −', 'community +', 'commercial −', 'feed-in +', 'due']),
    ...members.map((m) =>
      row(m.member, [
        m.boughtWh,
        m.soldWh,
        m.communityDebitEur,
        m.communityCreditEur,
        m.commercialDebitEur,
        m.feedInCreditEur,
        m.balanceEur,
      ]),
    ),
    `  community fund: ${fund.balanceEur} EUR (margin ${fund.marginNanoEur} nEUR, rounding ${fund.residualNanoEur} nEUR)`,
  ].join('\n')
