import { sha256, toBytes } from 'viem'
import { z } from 'zod'
import { seenComposition, unknownComposition } from '../../marketplace/composition/compositions.ts'
import { actorOf } from '../../marketplace/publish/owner.ts'
import { paragraphs } from '../../marketplace/publish/text.ts'
import { defineRoute } from '../route.ts'
import { bytes32 } from '../shapes.ts'
import { eyesOf } from './composition-shape.ts'

const params = z.strictObject({ id: bytes32 })

export const postCompositionReason = defineRoute({
  method: 'post',
  path: '/v1/compositions/{id}/reasons',
  summary: 'Keeps the words of a provider’s reason off the chain, and answers the digest that their wallet sends.',
  access: 'decide-composition',
  params,
  body: z.strictObject({ words: paragraphs(1000) }),
  answers: z.object({ reason: bytes32 }),
  async handle({ params: { id }, body: { words } }, { store }, { caller }) {
    const actor = actorOf(caller)
    const found = await seenComposition(store.rows, id, eyesOf(actor))
    const [own] = await store.rows('SELECT 1 FROM market_listings WHERE listing = ANY($1) AND account = $2', [
      found.listings,
      actor.account,
    ])
    if (!own) throw unknownComposition(id)
    const reason = sha256(toBytes(words))
    await store.rows(
      `INSERT INTO market_composition_reasons (composition, digest, words) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
      [id, reason, words],
    )
    return { reason }
  },
})
