import type { Writable } from 'node:stream'
import { OpemError, rulesInForce, settlePeriod } from '@opem/domain'
import type { Command } from 'commander'
import { periodJson, periodTable, summaryTable } from './format.ts'
import { readPrices, settlingOf } from './inputs.ts'
import { lineWriter } from './line-writer.ts'
import { linesOf } from './lines.ts'
import { openAccounts } from './money.ts'
import { periodsOf } from './periods.ts'

export interface SettleOptions {
  readonly readings: string
  readonly key?: string
  readonly rules?: string
  readonly prices?: readonly string[]
  readonly statement?: boolean
  readonly json?: boolean
}

const HELP = `
Readings are CSV with the columns period_start,period_seconds,member,import_wh,export_wh (in any order):
  period_start    ISO 8601 with an offset (Z or +02:00), on a multiple of the length in UTC
  period_seconds  900 or 3600, the same in the whole file
  member          a name; the order of members does not matter, and a member may be absent from some periods
  import_wh, export_wh  whole Wh through the grid connection, never negative
Periods stand in time order without gap; a member has one row per period. The first row that breaks a rule ends the command
with a message naming the line, the value and the rule, and exit code 1.

Keys: even (default of every community) and pro-rata need nothing else; static, calendar and priority need --rules.
With --rules each period is settled, and priced, by the version in force at its start; the file holds one rules document or an
array of versions. --prices FILE holds {"series":"dk2","prices":[{"start":"…Z","seconds":3600,"microEurPerKwh":-1200}]}.

--json prints one object per period, in time order; with --statement then one per member with money (EUR, decimal), and one
{"communityFund":…}.

Example:
  opem settle --readings hour.csv --key even --json`

/** Registers `opem settle`: readings of a file, settled and priced, without chain or server. */
export function settleCommand(program: Command): void {
  program
    .command('settle')
    .summary('settle readings of a file: no chain, no server')
    .description('Settles the readings of a file: who buys and sells how much inside the community, period by period.')
    .requiredOption('--readings <file>', 'CSV of readings')
    .option('--key <key>', 'even, pro-rata, static, calendar or priority; may be left out with --rules')
    .option('--rules <file>', 'rules document, or an array of versions (JSON)')
    .option('--prices <file...>', 'price series for day-ahead tariffs (JSON)')
    .option('--statement', 'add a summary per member with money; needs tariffs in --rules')
    .option('--json', 'one JSON object a line, for machines')
    .addHelpText('after', HELP)
    .action((options: SettleOptions) => {
      // A reader that closes early (`| head`) has not seen everything: no success, but nothing to explain either.
      process.stdout.on('error', () => process.exit(1))
      return settle(options, process.stdout)
    })
}

/** Streams a file through settlement. @throws OpemError with ERR_ROW, ERR_FILE, ERR_KEY, ERR_RULES… and one clear sentence */
export async function settle(options: SettleOptions, output: Writable): Promise<void> {
  const settling = settlingOf(options.key, options.rules)
  const prices = readPrices(options.prices ?? [])
  if (options.statement && settling.kind === 'defaults')
    throw new OpemError({
      code: 'ERR_TARIFF_MISSING',
      shortMessage:
        '--statement needs --rules FILE with tariffs: communityConsumption, communityProduction, commercial, feedIn',
    })
  const accounts = options.statement && settling.kind === 'rules' ? openAccounts(settling.rules, prices) : undefined
  const out = lineWriter(output)
  const format = options.json ? periodJson : periodTable
  try {
    for await (const { period, readings } of periodsOf(linesOf(options.readings))) {
      const allocation =
        settling.kind === 'rules' ? rulesInForce(settling.rules, period.start).allocation : settling.allocation
      const settled = settlePeriod(period, readings, allocation)
      accounts?.add(settled)
      await out.write(format(settled))
    }
  } finally {
    await out.flush()
  }
  if (!accounts) return
  if (options.json) {
    for (const summary of [...accounts.members(), accounts.fund()]) await out.write(JSON.stringify(summary))
  } else await out.write(summaryTable(accounts.members(), accounts.fund()))
  await out.flush()
}
