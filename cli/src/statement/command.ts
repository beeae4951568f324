import { writeFile } from 'node:fs/promises'
import { fundCsv, fundDocument, type StatementFile, statementCsv, statementDocument } from '@opem/domain'
import { type Command, Option } from 'commander'
import { refusal } from '../failure.ts'
import { type Instance, openInstance, type Where, withWhere } from '../instance/instance.ts'
import { gatherFund } from './fund.ts'
import { gatherStatement } from './gather.ts'

type Format = 'json' | 'csv' | 'pdf'
type Options = Where & {
  community: string
  member?: string
  communityFund?: boolean
  month: string
  format: Format
  out?: string
}

async function written(statement: StatementFile, format: Format): Promise<string | Buffer> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(statementDocument(statement))}\n`
    case 'csv':
      return statementCsv(statement)
    case 'pdf':
      return (await import('./pdf.ts')).statementPdf(statement)
  }
}

/** The fund's month instead of a member's: JSON or CSV. */
async function fundWritten(instance: Instance, options: Options): Promise<string> {
  if (options.format === 'pdf')
    throw refusal('ERR_FORMAT', 'The fund is written as JSON or CSV: give --format json or csv.')
  const fund = await gatherFund(instance, options)
  return options.format === 'csv' ? fundCsv(fund) : `${JSON.stringify(fundDocument(fund))}\n`
}

async function contentOf(instance: Instance, { member, ...options }: Options): Promise<string | Buffer> {
  if (options.communityFund) return fundWritten(instance, options)
  if (member === undefined)
    throw refusal('ERR_MEMBER', 'Whose statement? Give --member with an id or a name, or --community-fund.')
  return written(await gatherStatement(instance, { ...options, member }), options.format)
}

/** `opem statement`: a member's month in energy and money, made only of balances proven against the chain. */
export function statementCommand(program: Command): void {
  withWhere(
    program
      .command('statement')
      .summary('a member’s month in energy and money: JSON, CSV or PDF')
      .description(
        'Audits the month, proves every balance of the member against the chain, then adds up energy and money.',
      )
      .requiredOption('--community <id>', 'its id (0x…) or its name')
      .option('--member <id>', 'the member’s id (0x…) or name')
      .option('--community-fund', 'what the community’s fund holds of the month, instead of a member')
      .requiredOption('--month <YYYY-MM>', 'a month of the community’s time zone')
      .addOption(new Option('--format <format>', 'how to write it').choices(['json', 'csv', 'pdf']).default('json'))
      .option('--out <file>', 'where to write (default: standard output; needed for PDF)')
      .option('--settlement <address>', 'settlement contract (default: this marketplace’s)'),
  ).action(async (options: Options) => {
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(options.month)) {
      throw refusal('ERR_MONTH', `--month is "${options.month}": give a year and a month, like 2015-06.`)
    }
    if (options.format === 'pdf' && options.out === undefined) throw refusal('ERR_OUT', 'A PDF needs --out FILE.')
    const content = await contentOf(await openInstance(options), options)
    if (options.out === undefined) process.stdout.write(content)
    // Personal data: readable by its owner alone.
    else await writeFile(options.out, content, { mode: 0o600 })
    if (options.out !== undefined) process.stdout.write(`statement written to ${options.out}\n`)
  })
}
