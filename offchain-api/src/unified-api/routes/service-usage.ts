import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import { agreementOf } from '../../marketplace/contracting/extensions.ts'
import { agreementId } from '../../marketplace/contracting/shapes.ts'
import { formatUnits } from '../../marketplace/provisioning/units.ts'
import { usageHours, usageTotal } from '../../marketplace/provisioning/usage.ts'
import { defineRoute, personOf } from '../route.ts'
import { instant, instantText } from '../shapes.ts'

const params = z.strictObject({ id: agreementId })

export const getInstanceUsage = defineRoute({
  method: 'get',
  path: '/v1/agreements/{id}/usage',
  summary: 'Use of the service by the hour: calls, and units as they are billed.',
  access: 'contracting',
  params,
  query: z.strictObject({ from: instant.optional(), to: instant.optional() }),
  answers: z.object({
    hours: z.array(z.object({ hour: instantText, calls: z.number().int(), units: z.string() })),
    total: z.object({ calls: z.number().int(), units: z.string() }),
  }),
  async handle({ params: { id }, query: { from, to } }, services, access) {
    await agreementOf(services.contracting, personOf(access), id)
    const { rows } = services.store
    const now = services.access.now()
    const hours = await usageHours(rows, { agreement: id, from: from ?? now - 31 * 86_400, to: to ?? now + 1 })
    const total = await usageTotal(rows, id)
    return {
      hours: hours.map(({ hour, calls, milliUnits }) => ({
        hour: formatInstant(hour),
        calls,
        units: formatUnits(milliUnits),
      })),
      total: { calls: total.calls, units: formatUnits(total.milliUnits) },
    }
  },
})
