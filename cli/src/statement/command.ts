import { writeFile } from 'node:fs/promises'
import { type StatementFile, statementCsv, statementDocument } from '@opem/domain'
import { type Command, Option } from 'commander'
import { refusal } from '../failure.ts'
import { openInstance, type Where, withWhere } from '../instance/instance.ts'
import { gatherStatement } from './gather.ts'

type Format = 'json' | 'csv' | 'pdf'
type Options = Where & { community: string; member: string; month: string; format: Format; out?: string }

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
      .requiredOption('--member <id>', 'the member’s id (0x…) or name')
      .requiredOption('--month <YYYY-MM>', 'a month of the community’s time zone')
      .addOption(new Option('--format <format>', 'how to write it').choices(['json', 'csv', 'pdf']).default('json'))
      .option('--out <file>', 'where to write (default: standard output; needed for PDF)')
      .option('--settlement <address>', 'settlement contract (default: this marketplace’s)'),
  ).action(async (options: Options) => {
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(options.month)) {
      throw refusal('ERR_MONTH', `--month is "${options.month}": give a year and a month, like 2015-06.`)
    }
    if (options.format === 'pdf' && options.out === undefined) throw refusal('ERR_OUT', 'A PDF needs --out FILE.')
    const content = await written(await gatherStatement(await openInstance(options), options), options.format)
    if (options.out === undefined) process.stdout.write(content)
    // Personal data: readable by its owner alone.
    else await writeFile(options.out, content, { mode: 0o600 })
    if (options.out !== undefined) process.stdout.write(`statement written to ${options.out}\n`)
  })
}
