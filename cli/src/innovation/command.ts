import { openInnovationAbi } from '@opem/contracts'
import { costOverYear, type InnovationRequestDocument, type ProposalDocument } from '@opem/domain'
import type { Command } from 'commander'
import type { Abi, Hex } from 'viem'
import { print } from '../print.ts'
import { acting, allOf, idOf, jsonIn, type Options, verb } from './acting.ts'

const abi = openInnovationAbi as unknown as Abi

interface Shown {
  readonly title: string
  readonly state: string
  readonly closesAt: string
  readonly document: InnovationRequestDocument
  readonly posts: readonly { id: number; thread: number | null; by: string; words: string; state: string }[]
  readonly proposals: readonly {
    id: Hex
    state: string
    provider: string | null
    listing: Hex | null
    document: ProposalDocument
  }[]
}

/** `opem innovation …`: ask for a service that nobody offers, and propose one. */
export function innovationCommand(program: Command): void {
  const innovation = program
    .command('innovation')
    .summary('ask for a service that nobody offers, and propose one')
    .description('Requests for services, questions, proposals and the choice, as the wallet that --as names.')

  verb(innovation, 'list', 'Requests that you are shown, the newest first.').action(async (options: Options) => {
    const { api } = await acting(options, 'OpenInnovation')
    const items = await allOf<{ id: Hex; title: string; state: string; closesAt: string; mine: boolean }>(
      api,
      '/v1/innovation/requests',
    )
    const lines = items.map(
      ({ id, title, state, closesAt, mine }) =>
        `${id}  ${state}${mine ? ' (yours)' : ''}  ${title} · until ${closesAt}`,
    )
    print(options, { requests: items }, lines.length === 0 ? ['nothing is asked for'] : lines)
  })

  verb(innovation, 'show', 'One request with its questions and the proposals that you may read.')
    .argument('<request>')
    .action(async (request: string, options: Options) => {
      const { api } = await acting(options, 'OpenInnovation')
      const it = await api.get<Shown>(`/v1/innovation/requests/${idOf(request, 'request')}`)
      print(options, it, [
        `${it.title}: ${it.state}, proposals until ${it.closesAt}`,
        it.document.need,
        `expected: ${it.document.result}`,
        ...it.posts.map(
          ({ id, thread, by, words, state }) => `${thread === null ? '?' : '  ↳'} ${id} ${by} (${state}): ${words}`,
        ),
        ...it.proposals.map(
          ({ id, state, provider, document }) =>
            `${id}  ${state}  ${document.title} · ${provider} · ${costOverYear(document).at(-1)! / 1e6} EUR in the first year`,
        ),
      ])
    })

  verb(innovation, 'request', 'Asks the market for a service: the document in a file, its digest on the chain.')
    .argument('<file>', 'JSON of schema opem/innovation-request/1')
    .option('--provider <account...>', 'only these accounts see it')
    .action(async (file: string, options: Options & { provider?: string[] }) => {
      const { api, onChain } = await acting(options, 'OpenInnovation')
      const document = jsonIn(file) as InnovationRequestDocument
      const body = { document, audience: options.provider ?? null }
      const { id, content, party } = await api.post<Record<'id' | 'content' | 'party', Hex>>(
        '/v1/innovation/requests',
        body,
      )
      const transaction = await onChain(abi, 'request', [id, party, content, document.closesAt])
      print(options, { id, transaction }, [`asked: ${id}`])
    })

  verb(innovation, 'ask', 'Asks something about a request.')
    .argument('<request>')
    .argument('<words>')
    .action(async (request: string, words: string, options: Options) => {
      const { api } = await acting(options, 'OpenInnovation')
      const { id } = await api.post<{ id: number }>(`/v1/innovation/requests/${idOf(request, 'request')}/posts`, {
        words,
      })
      print(options, { id }, [`asked as ${id}`])
    })

  verb(innovation, 'answer', 'Says something below a question; of who asked for the service it makes both public.')
    .argument('<request>')
    .argument('<question>', 'its number')
    .argument('<words>')
    .action(async (request: string, question: string, words: string, options: Options) => {
      const { api } = await acting(options, 'OpenInnovation')
      const path = `/v1/innovation/requests/${idOf(request, 'request')}/posts`
      const { id } = await api.post<{ id: number }>(path, { words, thread: Number(question) })
      print(options, { id }, [`answered as ${id}`])
    })

  verb(innovation, 'propose', 'Proposes how you would build it: the document in a file, its digest on the chain.')
    .argument('<request>')
    .argument('<file>', 'JSON of schema opem/innovation-proposal/1')
    .action(async (text: string, file: string, options: Options) => {
      const { api, onChain } = await acting(options, 'OpenInnovation')
      const request = idOf(text, 'request')
      const path = `/v1/innovation/requests/${request}/proposals`
      const document = jsonIn(file)
      const { id, content, party } = await api.post<Record<'id' | 'content' | 'party', Hex>>(path, { document })
      const transaction = await onChain(abi, 'propose', [request, id, party, content])
      print(options, { id, transaction }, [`proposed: ${id}`])
    })

  verb(innovation, 'choose', 'Chooses a proposal; the others are told.')
    .argument('<request>')
    .argument('<proposal>')
    .action(async (request: string, proposal: string, options: Options) => {
      const { api, onChain } = await acting(options, 'OpenInnovation')
      const id = idOf(request, 'request')
      const transaction = await onChain(abi, 'choose', [id, idOf(proposal, 'proposal')])
      const { proposals } = await api.get<Shown>(`/v1/innovation/requests/${id}`)
      const listing = proposals.find((one) => one.id === proposal.toLowerCase())?.listing ?? null
      print(options, { transaction, listing }, ['chosen', `its listing, once published: ${listing}`])
    })

  for (const [name, functionName, what] of [
    ['withdraw', 'withdrawRequest', 'request'],
    ['withdraw-proposal', 'withdrawProposal', 'proposal'],
  ] as const)
    verb(innovation, name, `Takes your own ${what} back.`)
      .argument(`<${what}>`)
      .action(async (id: string, options: Options) => {
        const { onChain } = await acting(options, 'OpenInnovation')
        print(options, { transaction: await onChain(abi, functionName, [idOf(id, what)]) }, ['withdrawn'])
      })
}
