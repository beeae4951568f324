import { type Command, Option } from 'commander'
import { refusal } from '../failure.ts'
import { openApi } from '../instance/api.ts'
import { openCaller } from '../instance/caller.ts'
import { withWhere } from '../instance/instance.ts'
import { print } from '../print.ts'
import { runningRun } from '../up/run-file.ts'
import { readSettings } from '../up/settings.ts'
import { saveAnswer } from './save-answer.ts'

interface Options {
  readonly api?: string
  readonly as?: string
  readonly json?: boolean
}

interface Asking extends Options {
  readonly from: string
  readonly to: string
  readonly by: 'raw' | 'hour' | 'day'
  readonly columns?: string
  readonly purpose: string
}

interface Contract {
  readonly title: string
  readonly provider: string
  readonly inForce: boolean
  readonly from: string
  readonly to: string | null
  readonly timeZone: string
  readonly volume: { readonly meters: number; readonly readings: number }
  readonly columns: Readonly<Record<string, readonly { name: string; meaning: string }[]>>
  readonly purposes: readonly { id: string; name: string }[]
  readonly words: readonly string[]
}

/** `opem data …`: contracted data sets, for scripts of data users. */
export function dataCommand(program: Command): void {
  const data = program
    .command('data')
    .summary('contracted data sets: list, describe, query, download')
    .description('Data that the account of a wallet has contracted. Sign in first: opem wallet sign-in WALLET.')
  const json = (command: Command) => withWhere(command).option('--json', 'one JSON object for machines')
  json(data.command('list').description('What was contracted, the newest first.')).action(async (options: Options) => {
    const { api } = await reach(options)
    const answer = await api.get<{
      contracts: { agreement: string; title: string; provider: string; inForce: boolean }[]
    }>('/v1/data/contracts')
    print(
      options,
      answer,
      answer.contracts.map(
        ({ agreement, title, provider, inForce }) =>
          `${agreement}  ${title} (${provider})${inForce ? '' : ', not in force'}`,
      ),
    )
  })
  json(data.command('describe <agreement>').description('Columns, units, time, and how the data may be used.')).action(
    async (agreement: string, options: Options) => {
      const { api } = await reach(options)
      const it = await api.get<Contract>(`/v1/data/contracts/${agreement}`)
      print(options, it, described(it))
    },
  )
  asking(json(data.command('query <agreement>').description('How many rows there are, and the first 20.'))).action(
    async (agreement: string, options: Asking) => {
      const { api } = await reach(options)
      const found = await api.post<{ columns: string[]; rows: Record<string, unknown>[]; count: number }>(
        `/v1/data/contracts/${agreement}/queries`,
        { query: queryOf(options), purpose: options.purpose },
      )
      const lines = found.rows.map((row) => found.columns.map((name) => row[name]).join(','))
      print(options, found, [found.columns.join(','), ...lines, `${found.count} rows`])
    },
  )
  asking(withWhere(data.command('download <agreement>').description('The rows as a file, by a link that opens once.')))
    .requiredOption('--country <code>', 'where the copy is kept: ISO 3166-1, like ES')
    .addOption(new Option('--format <format>', 'how to write it').choices(['csv', 'ndjson', 'parquet']).default('csv'))
    .option('--out <file>', 'where to write (default: standard output; needed for Parquet)')
    .action(async (agreement: string, options: Asking & { country: string; format: string; out?: string }) => {
      if (options.format === 'parquet' && options.out === undefined)
        throw refusal('ERR_OUT', 'A Parquet file needs --out FILE.')
      const { api, send } = await reach(options)
      const { country, format, purpose } = options
      const { url } = await api.post<{ url: string }>(`/v1/data/contracts/${agreement}/links`, {
        ...{ query: queryOf(options), purpose, country, format },
      })
      await saveAnswer(await send(`${api.url}${url}`), options.out)
    })
}

const asking = (command: Command): Command =>
  command
    .requiredOption('--from <instant>', 'first period, ISO 8601 with an offset')
    .requiredOption('--to <instant>', 'end, exclusive')
    .addOption(
      new Option('--by <length>', 'readings as metered, hours, or local days')
        .choices(['raw', 'hour', 'day'])
        .default('hour'),
    )
    .option('--columns <names>', 'with commas between them (default: all)')
    .requiredOption('--purpose <name>', 'what the data are used for, one that the policy allows')

const queryOf = ({ from, to, by, columns }: Asking) => ({
  ...{ from, to, granularity: by },
  ...(columns === undefined ? {} : { columns: columns.split(',').map((name) => name.trim()) }),
})

function described(it: Contract): string[] {
  return [
    `${it.title} (${it.provider})${it.inForce ? '' : ', not in force'}`,
    `${it.volume.readings} readings of ${it.volume.meters} meters, ${it.from} to ${it.to ?? 'now'}, days of ${it.timeZone}, Wh`,
    ...Object.entries(it.columns).map(([by, columns]) => `by ${by}: ${columns.map(({ name }) => name).join(', ')}`),
    `purposes: ${it.purposes.map(({ id }) => id).join(', ')}`,
    ...it.words,
  ]
}

/** No chain is needed: the API alone hands out data. */
async function reach({ api, as }: Options) {
  const { home, urls } = readSettings(process.env)
  const running = runningRun(home)?.parts.find(({ name }) => name === 'api')?.url
  const send = await openCaller(home, as)
  return { api: openApi(api ?? (process.env.OPEM_API_URL || undefined) ?? running ?? urls.api, send), send }
}
