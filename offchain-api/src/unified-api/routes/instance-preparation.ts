import { mayAdapt } from '@opem/domain'
import { z } from 'zod'
import { brokenStep } from '../../marketplace/composition/broken-step.ts'
import { chainUnder, compositionBehind } from '../../marketplace/composition/served-chain.ts'
import type { StoredAgreement } from '../../marketplace/contracting/agreements.ts'
import { agreementOf } from '../../marketplace/contracting/extensions.ts'
import { readDocument } from '../../marketplace/contracting/offers.ts'
import { agreementId } from '../../marketplace/contracting/shapes.ts'
import { CHECKED_DAYS, checkData } from '../../marketplace/provisioning/check-data.ts'
import { readInstance } from '../../marketplace/provisioning/instances.ts'
import { Refusal } from '../problem.ts'
import { defineRoute, personOf } from '../route.ts'
import type { Services } from '../services.ts'
import { instance, shown } from './instance-shape.ts'
import { step, titleOf } from './instance-step.ts'

const params = z.strictObject({ id: agreementId })
const words = z.string().trim().max(4000)

export const postDataCheck = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/instance/data-checks',
  summary:
    'Looks whether the data that the service needs is there, and says of each item what is missing and what to do.',
  access: 'contracting',
  params,
  body: z.strictObject({ days: z.number().int().min(1).max(366).default(CHECKED_DAYS) }),
  answers: instance,
  async handle({ params: { id }, body }, services, access) {
    const { agreement, side } = await agreementOf(services.contracting, personOf(access), id)
    const { store, lake } = services
    const now = services.access.now()
    const document = await readDocument(store.rows, agreement.terms.terms)
    if (!document)
      throw new Refusal(409, 'ERR_DOCUMENT_UNKNOWN', 'the agreement was made elsewhere; its document is not here')
    const consumer = { account: agreement.consumer_account, address: agreement.consumer }
    const items = await checkData(
      { store, lake },
      { document, consumer, days: body.days, now, mayUseMoney: services.data.mayUseMoney },
    )
    const missing = items.filter(({ state }) => state === 'missing' || state === 'gaps')
    await step(services, access, agreement, side, 'check', {
      patch: { data_check: { at: now, days: body.days, items } },
      // Who checks knows; the other side hears of what it has to do.
      ...(side === 'provider' &&
        missing.length > 0 && {
          words: {
            title: `Data for “${document.title}” is missing`,
            text: missing.map(({ advice }) => advice).join(' '),
          },
          kind: 'service-failed' as const,
        }),
    })
    return shown(services, id)
  },
})

export const postAdaptation = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/instance/adaptations',
  summary: 'The provider adapts the service to its user: notes for them, and configuration that goes with every call.',
  access: 'provisioning',
  params,
  body: z.strictObject({
    notes: words.default(''),
    configuration: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/), z.string().max(500)).default({}),
  }),
  answers: instance,
  async handle({ params: { id }, body }, services, access) {
    const { agreement, side } = await agreementOf(services.contracting, personOf(access), id)
    const found = await readInstance(services.store.rows, id)
    if (found?.data_check && !mayAdapt(found.data_check.items))
      throw new Refusal(
        409,
        'ERR_DATA_MISSING',
        `data that the service needs is missing: ${found.data_check.items
          .filter(({ state }) => state === 'missing')
          .map(({ advice }) => advice)
          .join(' ')} Check again afterwards.`,
      )
    await step(services, access, agreement, side, 'adapt', { patch: body })
    return shown(services, id)
  },
})

export const postReady = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/instance/readiness',
  summary: 'The provider has adapted the service and says how it is reached; its user is told.',
  access: 'provisioning',
  params,
  body: z.strictObject({
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional()
      .meta({ description: 'the listing’s when left out' }),
    documentation: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional(),
    notes: words.optional(),
  }),
  answers: instance,
  async handle({ params: { id }, body }, services, access) {
    const { agreement, side } = await agreementOf(services.contracting, personOf(access), id)
    const { baseUrl, documentation, notes } = body
    const service = {
      ...(baseUrl === undefined ? {} : { baseUrl }),
      ...(documentation === undefined ? {} : { documentation }),
      ...(notes === undefined ? {} : { notes }),
    }
    const title = await titleOf(services, agreement)
    await needServable(services, agreement, { baseUrl })
    await step(services, access, agreement, side, 'ready', {
      patch: { service },
      ...{ kind: 'service-ready', words: { title: `“${title}” is ready`, text: 'Start it and take over the access.' } },
    })
    return shown(services, id)
  },
})

/**
 * That a composed service which the marketplace runs can be run now; of all others nothing is asked.
 * @throws Refusal ERR_CHAIN_WITHOUT_ADDRESS, ERR_COMPOSITION_BROKEN, and those of `compositionBehind`
 */
async function needServable(
  services: Services,
  agreement: StoredAgreement,
  { baseUrl }: { baseUrl: string | undefined },
): Promise<void> {
  const chain = await chainUnder(services.store.rows, agreement)
  if (chain === undefined) return
  if (baseUrl !== undefined)
    throw new Refusal(
      422,
      'ERR_CHAIN_WITHOUT_ADDRESS',
      'the marketplace runs the chain of this service itself; leave the address out',
    )
  const composition = await compositionBehind(services.store.rows, chain, agreement.provider_account)
  const broken = await brokenStep(services, composition)
  if (broken)
    throw new Refusal(
      409,
      'ERR_COMPOSITION_BROKEN',
      `“${chain.steps[broken.place]?.title}” may not be used by you now (${broken.code}); see its agreement, then mark this one ready`,
    )
}
