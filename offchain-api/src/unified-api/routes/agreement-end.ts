import { createHash } from 'node:crypto'
import type { Hex } from '@opem/domain'
import { z } from 'zod'
import { agreementOf, signExtension } from '../../marketplace/contracting/extensions.ts'
import { agreementId, signature } from '../../marketplace/contracting/shapes.ts'
import { defineRoute, personOf } from '../route.ts'
import { bytes32 } from '../shapes.ts'

const params = z.strictObject({ id: agreementId })

export const postAgreementExtension = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/extensions',
  summary: 'Signs a later end (EIP-712 `Extension`): offers it, or agrees to the one that the other side offers.',
  access: 'contracting',
  params,
  body: z.strictObject({
    end: z.number().int().min(0).max(4_294_967_295).meta({ description: 'seconds since 1970; 0: open' }),
    deadline: z.number().int().min(0).max(4_294_967_295),
    signature,
    relay: z
      .boolean()
      .default(false)
      .meta({ description: 'with the second signature: this API brings the later end to the chain' }),
  }),
  answers: z.object({ id: bytes32 }),
  async handle({ params: { id }, body }, { contracting }, access) {
    await signExtension(contracting, personOf(access), { id, ...body, signature: body.signature as Hex })
    return { id }
  },
})

export const postAgreementReason = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/reasons',
  summary:
    'Keeps the words behind a termination’s reason; the digest goes into the transaction that ends the agreement.',
  access: 'contracting',
  params,
  body: z.strictObject({ reason: z.string().trim().min(1).max(2000) }),
  answers: z.object({ digest: bytes32 }),
  async handle({ params: { id }, body }, { store, contracting }, access) {
    await agreementOf(contracting, personOf(access), id)
    const digest = `0x${createHash('sha256').update(body.reason).digest('hex')}`
    await store.rows(
      'INSERT INTO market_agreement_reasons (agreement, digest, words) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [id, digest, body.reason],
    )
    return { digest }
  },
})
