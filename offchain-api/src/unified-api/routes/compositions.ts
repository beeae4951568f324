import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import {
  chainables,
  decisionsOf,
  inOrder,
  listCompositions,
  seenComposition,
} from '../../marketplace/composition/compositions.ts'
import { runsOf } from '../../marketplace/composition/runs.ts'
import { actorOf } from '../../marketplace/publish/owner.ts'
import { fromCursor, pageFrom, pageOf, paging } from '../paging.ts'
import { defineRoute } from '../route.ts'
import { seconds } from '../services.ts'
import { address, bytes32, instantText } from '../shapes.ts'
import { runOf, runShape } from './composition-run-shape.ts'
import { eyesOf, head, headOf, service, serviceOf } from './composition-shape.ts'

export const getCompositions = defineRoute({
  method: 'get',
  path: '/v1/compositions',
  summary: 'Compositions of the caller, and those that others make of the caller’s services. The newest first.',
  access: 'see-composition',
  query: z.strictObject({ ...paging }),
  answers: pageOf(z.object(head).meta({ id: 'CompositionLine' })),
  async handle({ query: { after, limit } }, { store }, { caller }) {
    const actor = actorOf(caller)
    const key = fromCursor(after, z.tuple([z.number().int(), z.string()]))
    const found = await listCompositions(store.rows, eyesOf(actor), { after: key, limit: limit + 1 })
    const { items, next } = pageFrom(found, limit, ({ createdAt, id }) => [createdAt, id])
    return { items: items.map((one) => headOf(one, actor)), next }
  },
})

export const getComposition = defineRoute({
  method: 'get',
  path: '/v1/compositions/{id}',
  summary: 'One composition: its services, what their providers said, and to its user the runs.',
  access: 'see-composition',
  params: z.strictObject({ id: bytes32 }),
  answers: z
    .object({
      ...head,
      description: z.string(),
      content: bytes32,
      party: address.meta({ description: 'address that stands for whoever wrote it on the chain' }),
      user: z.string(),
      listing: bytes32.nullable(),
      services: z.array(
        service.extend({
          state: z.string(),
          own: z.boolean().meta({ description: 'the caller’s account provides it' }),
          decision: z
            .object({ approved: z.boolean(), reason: z.string().nullable(), decidedAt: instantText })
            .nullable(),
        }),
      ),
      runs: z.array(runShape),
    })
    .meta({ id: 'Composition' }),
  async handle({ params: { id } }, services, { caller }) {
    const actor = actorOf(caller)
    const { rows } = services.store
    const found = await seenComposition(rows, id, eyesOf(actor))
    const mine = found.account === actor.account
    const [known, decisions, runs, [user]] = await Promise.all([
      chainables(rows, { account: found.account, now: seconds(services), only: found.listings }),
      decisionsOf(rows, id),
      mine ? runsOf(rows, id) : [],
      rows<{ name: string }>('SELECT name FROM accounts WHERE account = $1', [found.account]),
    ])
    return {
      ...headOf(found, actor),
      ...{ description: found.document!.description, content: found.content },
      ...{ party: found.address, user: user?.name ?? '' },
      listing: mine ? found.listing : null,
      services: inOrder(found.listings, known).map((one, place) => {
        const said = decisions.find((decision) => decision.place === place)
        return {
          ...serviceOf(one),
          agreement: mine ? one.agreement : null,
          ...{ state: one.state, own: one.providerAccount === actor.account },
          decision: said
            ? { approved: said.approved, reason: said.reason, decidedAt: formatInstant(said.decidedAt) }
            : null,
        }
      }),
      runs: await Promise.all(runs.map((run) => runOf(services, run))),
    }
  },
})
