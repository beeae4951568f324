import { compositionRegistryAbi } from '@opem/contracts'
import type { Command } from 'commander'
import type { Abi, Hex } from 'viem'
import { refusal } from '../failure.ts'
import { acting, allOf, idOf, jsonIn, type Options, verb } from '../innovation/acting.ts'
import { print } from '../print.ts'

const abi = compositionRegistryAbi as unknown as Abi
const ZEROS: Hex = `0x${'0'.repeat(64)}`

interface Service {
  readonly listing: Hex
  readonly title: string
  readonly provider: string
  readonly agreement: Hex | null
}
interface Run {
  readonly id: string
  readonly state: string
  readonly place: number
  readonly steps: readonly { place: number; attempt: number; state: string; code: string | null }[]
}
interface Shown {
  readonly title: string
  readonly state: string
  readonly services: readonly (Service & { decision: { approved: boolean; reason: string | null } | null })[]
  readonly runs: readonly Run[]
}

const runLines = ({ id, state, steps }: Run) => [
  `run ${id}: ${state}`,
  ...steps.map(
    ({ place, attempt, state, code }) =>
      `  service ${place + 1}, attempt ${attempt}: ${state}${code ? ` (${code})` : ''}`,
  ),
]

/** `opem composition …`: services chained into one. */
export function compositionCommand(program: Command): void {
  const composition = program
    .command('composition')
    .summary('chain services into one, and run it')
    .description('Chains of services, the answers of their providers, and runs, as the wallet that --as names.')

  verb(composition, 'list', 'Your compositions, and those with a service of yours.').action(
    async (options: Options) => {
      const { api } = await acting(options, 'CompositionRegistry')
      const items = await allOf<{ id: Hex; title: string; state: string; mine: boolean }>(api, '/v1/compositions')
      const lines = items.map(({ id, title, state, mine }) => `${id}  ${state}${mine ? ' (yours)' : ''}  ${title}`)
      print(options, { compositions: items }, lines.length === 0 ? ['none yet'] : lines)
    },
  )

  verb(composition, 'next', 'What may come behind a chain; without one, what it may begin with.')
    .argument('[listing...]')
    .action(async (listings: string[], options: Options) => {
      const { api } = await acting(options, 'CompositionRegistry')
      const chain = listings.map((one) => idOf(one, 'listing'))
      const { next } = await api.post<{ next: Service[] }>('/v1/compositions/choices', { chain })
      const lines = next.map(
        ({ listing, title, provider, agreement }) =>
          `${listing}  ${title} · ${provider}${agreement ? '' : ' · not contracted'}`,
      )
      print(options, { next }, lines.length === 0 ? ['nothing fits'] : lines)
    })

  verb(composition, 'show', 'One composition, what its providers said, and its runs.')
    .argument('<composition>')
    .action(async (id: string, options: Options) => {
      const { api } = await acting(options, 'CompositionRegistry')
      const it = await api.get<Shown>(`/v1/compositions/${idOf(id, 'composition')}`)
      print(options, it, [
        `${it.title}: ${it.state}`,
        ...it.services.map(
          ({ title, decision }, place) =>
            `${place + 1} ${title}: ${decision === null ? 'not decided' : decision.approved ? 'approved' : 'rejected'}${decision?.reason ? `, ${decision.reason}` : ''}`,
        ),
        ...it.runs.flatMap(runLines),
      ])
    })

  verb(composition, 'request', 'Asks the providers of contracted services for leave to chain them, in this order.')
    .argument('<listing...>')
    .requiredOption('--title <text>', 'its name')
    .requiredOption('--description <text>', 'what it is for')
    .action(async (listings: string[], options: Options & { title: string; description: string }) => {
      const { api, onChain } = await acting(options, 'CompositionRegistry')
      const chain = listings.map((one) => idOf(one, 'listing'))
      const { title, description } = options
      const it = await api.post<{ id: Hex; content: Hex; party: Hex; listings: Hex[] }>('/v1/compositions', {
        ...{ title, description, chain },
      })
      const transaction = await onChain(abi, 'request', [it.id, it.party, it.listings, it.content])
      print(options, { id: it.id, transaction }, [`asked: ${it.id}`])
    })

  for (const approve of [true, false])
    verb(composition, approve ? 'approve' : 'reject', `Says ${approve ? 'yes' : 'no'} for one of its services.`)
      .argument('<composition>')
      .requiredOption('--place <number>', 'which service, 1 for the first')
      .option('--reason <text>', 'the user reads it')
      .action(async (text: string, options: Options & { place: string; reason?: string }) => {
        const { api, onChain } = await acting(options, 'CompositionRegistry')
        const id = idOf(text, 'composition')
        if (!/^[1-8]$/.test(options.place)) throw refusal('ERR_OPTION', '--place needs 1 to 8.')
        const words = options.reason
        const reason = words
          ? (await api.post<{ reason: Hex }>(`/v1/compositions/${id}/reasons`, { words })).reason
          : ZEROS
        const transaction = await onChain(abi, 'decide', [id, Number(options.place) - 1, approve, reason])
        print(options, { transaction }, [approve ? 'approved' : 'rejected'])
      })

  verb(composition, 'withdraw', 'Takes your own composition back.')
    .argument('<composition>')
    .action(async (id: string, options: Options) => {
      const { onChain } = await acting(options, 'CompositionRegistry')
      print(options, { transaction: await onChain(abi, 'withdraw', [idOf(id, 'composition')]) }, ['withdrawn'])
    })

  verb(
    composition,
    'offer',
    'Drafts a listing of an approved composition: one service that the marketplace runs for others.',
  )
    .argument('<composition>')
    .action(async (text: string, options: Options) => {
      const { api } = await acting(options, 'CompositionRegistry')
      const id = idOf(text, 'composition')
      const { listing } = await api.post<{ listing: Hex }>(`/v1/compositions/${id}/listing`, undefined)
      print(options, { listing }, [`drafted: ${listing}`, `say your price on its page, /services/${listing}`])
    })

  verb(composition, 'run', 'Runs it: what is in the file goes to the first service, what each gives to the next.')
    .argument('<composition>')
    .argument('<file>', 'JSON')
    .action(async (text: string, file: string, options: Options) => {
      const { api } = await acting(options, 'CompositionRegistry')
      const id = idOf(text, 'composition')
      await showRun(
        api,
        options,
        id,
        await api.post<Run>(`/v1/compositions/${id}/run?wait=60`, { input: jsonIn(file) }),
      )
    })

  verb(composition, 'retry', 'Lets a failed run go on at the service that failed.')
    .argument('<composition>')
    .argument('<run>')
    .action(async (text: string, run: string, options: Options) => {
      const { api } = await acting(options, 'CompositionRegistry')
      const id = idOf(text, 'composition')
      await showRun(
        api,
        options,
        id,
        await api.post<Run>(`/v1/compositions/${id}/runs/${run}/retry?wait=60`, undefined),
      )
    })
}

async function showRun(api: { get<T>(path: string): Promise<T> }, options: Options, id: Hex, run: Run): Promise<void> {
  const output =
    run.state === 'done' ? (await api.get<{ body: string }>(`/v1/compositions/${id}/runs/${run.id}/output`)).body : null
  print(options, { ...run, output }, [...runLines(run), ...(output === null ? [] : [output])])
}
