import { LISTING_EXAMPLES } from '@opem/domain'
import { z } from 'zod'
import { seenComposition } from '../../marketplace/composition/compositions.ts'
import { actorOf } from '../../marketplace/publish/owner.ts'
import { begin } from '../../marketplace/publish/provider-steps.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import { seconds } from '../services.ts'
import { bytes32 } from '../shapes.ts'

const params = z.strictObject({ id: bytes32 })

export const postCompositionListing = defineRoute({
  method: 'post',
  path: '/v1/compositions/{id}/listing',
  summary: 'Begins a listing of kind composed from an approved composition, for its user to publish as a provider.',
  access: 'publish',
  params,
  answers: z.object({ listing: bytes32 }),
  async handle({ params: { id } }, services, { caller }) {
    const actor = actorOf(caller)
    const { store } = services
    const now = seconds(services)
    return store.transaction(async (rows) => {
      const found = await seenComposition(rows, id, { account: actor.account, provides: false })
      if (found.state !== 'approved')
        throw new Refusal(
          409,
          'ERR_COMPOSITION_STATE',
          `the composition is ${found.state}; an approved one is published`,
        )
      const { title, description, steps } = found.document!
      const { dataNeeded: _data, parameters: _parameters, ...example } = LISTING_EXAMPLES.composed
      const document = {
        ...{ ...example, title, summary: description.slice(0, 280), description, dataNeeded: [], parameters: [] },
        ...{ keywords: [], region: [], access: {}, composition: { before: [], after: [] } },
        chain: { composition: found.id, steps: steps.map(({ listing, title }) => ({ listing, title })) },
      }
      const listing = await begin(rows, { actor, document, now })
      await rows('UPDATE market_compositions SET listing = $2 WHERE id = $1', [id, listing])
      return { listing }
    })
  },
})
