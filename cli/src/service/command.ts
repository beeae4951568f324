import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { type AgreementOptions, agreementVerb, pairsOf } from '../agreement/party.ts'
import { saveAnswer } from '../data/save-answer.ts'
import { refusal } from '../failure.ts'
import { openCaller } from '../instance/caller.ts'
import { openInstance } from '../instance/instance.ts'
import { print } from '../print.ts'

interface Instance {
  readonly state: string
  readonly gateway: string
  readonly dataCheck: {
    readonly items: readonly {
      readonly name: string
      readonly state: string
      readonly completenessBps: number
      readonly advice: string
    }[]
  } | null
}

interface ChainCall {
  readonly request: string | null
  readonly state: string
  readonly startedAt: string
  readonly steps: readonly { readonly title: string; readonly state: string; readonly code: string | null }[]
}

/** `opem service …`: what is provided under an agreement, for its provider and its user. */
export function serviceCommand(program: Command): void {
  const service = program
    .command('service')
    .summary('provide a contracted service, and use one')
    .description('The service under an agreement, as the wallet that --as names and that is signed in.')

  const step = (name: string, description: string, path: string) =>
    agreementVerb(service, name, description)
      .argument('<agreement>', 'the agreement')
      .action(async (agreement: string, options: AgreementOptions & Record<string, unknown>) => {
        const { api } = await openInstance(options)
        const done = await api.post<Instance>(`/v1/agreements/${agreement}/instance/${path}`, bodyOf(name, options))
        print(options, done, [`service ${done.state}`, ...(name === 'check' ? checkLines(done) : [])])
      })

  step('check', 'Looks whether the data that the service needs is there.', 'data-checks').option(
    '--days <n>',
    'readings of the last days (default: 30)',
  )
  step('adapt', 'Provider: adapts the service to its user.', 'adaptations')
    .option('--notes <text>', 'for the user')
    .option('--set <name=value...>', 'settings that go with every call')
  step('ready', 'Provider: marks the service ready, and says how it is reached.', 'readiness')
    .option('--base-url <url>', 'address of the service (default: the listing’s)')
    .option('--documentation <url>', 'what the user reads')
    .option('--notes <text>', 'what the user needs besides')
  step('start', 'Starts the service.', 'starts')
  step('stop', 'Stops the service.', 'stops').option('--reason <text>', 'the other side reads it')

  agreementVerb(service, 'key', 'User: makes a new access key; the one before counts no more.')
    .argument('<agreement>', 'the agreement')
    .requiredOption('--out <file>', 'where it is written, mode 600: it is shown to nobody')
    .action(async (agreement: string, options: AgreementOptions & { out: string }) => {
      const { api } = await openInstance(options)
      const { key, gateway } = await api.post<{ key: string; gateway: string }>(
        `/v1/agreements/${agreement}/instance/keys`,
        undefined,
      )
      const { writePrivate } = await import('@opem/ssi/wallet')
      await writePrivate(options.out, { version: 1, agreement, key })
      print(options, { gateway, file: options.out }, [`the key is in ${options.out}; call ${api.url}${gateway}/`])
    })

  agreementVerb(service, 'call', 'User: calls the service through the marketplace; the answer goes to standard output.')
    .argument('<agreement>', 'the agreement')
    .argument('[path]', 'path and query of the service', '')
    .option('--key-file <file>', 'the access key (opem service key); without it, as who is signed in')
    .option('--method <method>', 'GET, POST …', 'GET')
    .option('--data <json>', 'the body, as JSON')
    .option('--request-id <id>', 'names the call: asked again under this name it is counted once')
    .action(callService)

  agreementVerb(service, 'runs', 'Of a composed service: how far each call came through the chain.')
    .argument('<agreement>', 'the agreement')
    .action(async (agreement: string, options: AgreementOptions) => {
      const { api } = await openInstance(options)
      const { items } = await api.get<{ items: readonly ChainCall[] }>(`/v1/agreements/${agreement}/runs`)
      const lines = items.flatMap(({ request, state, startedAt, steps }) => [
        `${startedAt}  ${state}${request === null ? '' : `  ${request}`}`,
        ...steps.map((step) => `  ${step.title}: ${step.state}${step.code === null ? '' : ` (${step.code})`}`),
      ])
      print(options, { runs: items }, lines.length === 0 ? ['none yet'] : lines)
    })

  agreementVerb(service, 'data', 'Provider: rows of the data set that the user hands to the service, as NDJSON.')
    .argument('<agreement>', 'the agreement')
    .requiredOption('--data <name>', 'which of the data that the service needs')
    .requiredOption('--from <instant>', 'first period, ISO 8601 with an offset')
    .requiredOption('--to <instant>', 'end, exclusive')
    .requiredOption('--country <code>', 'where the copy is kept: ISO 3166-1, like ES')
    .option('--by <length>', 'raw, hour or day', 'hour')
    .option('--out <file>', 'where to write (default: standard output)')
    .action(async (agreement: string, options: DataOptions) => {
      const { api, home } = await openInstance(options)
      const { data, from, to, by: granularity, country } = options
      const send = await openCaller(home, options.as)
      const answer = await send(`${api.url}/v1/agreements/${agreement}/data`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify({ data, query: { from, to, granularity }, country }),
      })
      await saveAnswer(answer, options.out)
    })

  agreementVerb(service, 'usage', 'What was used, by the hour.')
    .argument('<agreement>', 'the agreement')
    .action(async (agreement: string, options: AgreementOptions) => {
      const { api } = await openInstance(options)
      const usage = await api.get<{
        hours: { hour: string; calls: number; units: string }[]
        total: { calls: number; units: string }
      }>(`/v1/agreements/${agreement}/usage`)
      print(options, usage, [
        ...usage.hours.map(({ hour, calls, units }) => `${hour}  ${calls} calls  ${units}`),
        `total  ${usage.total.calls} calls  ${usage.total.units}`,
      ])
    })
}

type DataOptions = AgreementOptions & Record<'data' | 'from' | 'to' | 'by' | 'country', string> & { out?: string }
type CallOptions = AgreementOptions & { keyFile?: string; method: string; data?: string; requestId?: string }

async function callService(agreement: string, path: string, options: CallOptions): Promise<void> {
  const { api, home } = await openInstance(options)
  const key = options.keyFile === undefined ? undefined : keyOf(options.keyFile)
  const send = key === undefined ? await openCaller(home, options.as) : fetch
  const answer = await send(`${api.url}/v1/services/${agreement}/${path.replace(/^\/+/, '')}`, {
    method: options.method,
    headers: {
      accept: 'application/json',
      ...(key && { authorization: `Bearer ${key}` }),
      ...(options.data !== undefined && { 'content-type': 'application/json' }),
      ...(options.requestId && { 'opem-request-id': options.requestId }),
    },
    ...(options.data !== undefined && { body: options.data }),
  })
  const text = await answer.text()
  if (!answer.ok) {
    const problem = (answer.headers.get('content-type') ?? '').includes('problem') ? JSON.parse(text) : undefined
    throw refusal(problem?.code ?? 'ERR_SERVICE', problem?.detail ?? `The service answered ${answer.status}.`)
  }
  const units = answer.headers.get('opem-units')
  print(options, { status: answer.status, units, answer: text }, [text])
}

function keyOf(file: string): string {
  const { key } = JSON.parse(readFileSync(file, 'utf8')) as { key?: unknown }
  if (typeof key === 'string') return key
  throw refusal('ERR_KEY_FILE', `${file} holds no access key: opem service key makes one.`)
}

function bodyOf(name: string, options: Record<string, unknown>): object {
  const text = (field: string) => (typeof options[field] === 'string' ? { [field]: options[field] } : {})
  switch (name) {
    case 'check':
      return options.days === undefined ? {} : { days: Number(options.days) }
    case 'adapt':
      return { ...text('notes'), configuration: pairsOf(options.set as string[] | undefined) }
    case 'ready':
      return { ...text('baseUrl'), ...text('documentation'), ...text('notes') }
    default:
      return text('reason')
  }
}

const checkLines = ({ dataCheck }: Instance): string[] =>
  (dataCheck?.items ?? []).map(
    ({ name, state, completenessBps, advice }) =>
      `${name}: ${state}, ${(completenessBps / 100).toFixed(2)} %${advice === '' ? '' : `. ${advice}`}`,
  )
