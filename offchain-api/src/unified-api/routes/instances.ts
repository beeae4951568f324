import { z } from 'zod'
import { agreementOf } from '../../marketplace/contracting/extensions.ts'
import { agreementId } from '../../marketplace/contracting/shapes.ts'
import { defineRoute, personOf } from '../route.ts'
import { instance, shown } from './instance-shape.ts'
import { step, titleOf } from './instance-step.ts'

const params = z.strictObject({ id: agreementId })

export const getInstance = defineRoute({
  method: 'get',
  path: '/v1/agreements/{id}/instance',
  summary:
    'The service that is provided under an agreement: its state, the data check, how it is reached, what was used.',
  access: 'contracting',
  params,
  answers: instance,
  async handle({ params: { id } }, services, access) {
    await agreementOf(services.contracting, personOf(access), id)
    return shown(services, id)
  },
})

const change = (name: 'start' | 'stop', summary: string) =>
  defineRoute({
    method: 'post',
    path: `/v1/agreements/{id}/instance/${name === 'start' ? 'starts' : 'stops'}`,
    summary,
    access: 'contracting',
    params,
    body: z.strictObject({ reason: z.string().trim().max(4000).optional() }).optional(),
    answers: instance,
    async handle({ params: { id }, body }, services, access) {
      const { agreement, side } = await agreementOf(services.contracting, personOf(access), id)
      const title = await titleOf(services, agreement)
      const what = name === 'start' ? 'started' : 'stopped'
      await step(services, access, agreement, side, name, {
        note: body?.reason,
        ...{ kind: 'service-changed', words: { title: `“${title}” was ${what}`, text: `The ${side} ${what} it.` } },
      })
      return shown(services, id)
    },
  })

export const postInstanceStart = change(
  'start',
  'Starts the service: its user when it is ready, whoever stopped it afterwards.',
)
export const postInstanceStop = change(
  'stop',
  'Stops the service; calls are refused until whoever stopped it starts it again.',
)
