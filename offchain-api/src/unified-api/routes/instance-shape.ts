import { formatInstant, INSTANCE_STATES } from '@opem/domain'
import { z } from 'zod'
import { chainUnder } from '../../marketplace/composition/served-chain.ts'
import { readAgreement, type StoredAgreement } from '../../marketplace/contracting/agreements.ts'
import { readInstance, type StoredInstance, stepsOfInstance } from '../../marketplace/provisioning/instances.ts'
import { formatUnits } from '../../marketplace/provisioning/units.ts'
import { usageTotal } from '../../marketplace/provisioning/usage.ts'
import type { Services } from '../services.ts'
import { bytes32, instantText } from '../shapes.ts'

const verdict = z.object({
  name: z.string(),
  meter: z.string().nullable(),
  from: z.object({ title: z.string() }).nullable().meta({ description: 'the data set that gives it' }),
  state: z.enum(['complete', 'gaps', 'missing', 'handed-over']),
  seconds: z.number().int().nullable(),
  periods: z.number().int(),
  possible: z.number().int(),
  completenessBps: z.number().int().meta({ description: 'hundredths of a percent' }),
  last: instantText.nullable(),
  advice: z.string(),
})

/** The provided service, as both sides see it. */
export const instance = z
  .object({
    agreement: bytes32,
    state: z.enum(INSTANCE_STATES),
    stoppedBy: z.string().nullable(),
    reason: z.string().nullable(),
    dataCheck: z.object({ at: instantText, days: z.number().int(), items: z.array(verdict) }).nullable(),
    notes: z.string(),
    configuration: z.record(z.string(), z.string()),
    service: z
      .object({ baseUrl: z.string().optional(), documentation: z.string().optional(), notes: z.string().optional() })
      .nullable(),
    hasKey: z.boolean(),
    keyMadeAt: instantText.nullable(),
    gateway: z.string().meta({ description: 'where the service is called' }),
    chain: z
      .array(z.object({ listing: bytes32, title: z.string() }))
      .nullable()
      .meta({ description: 'of a composed service that the marketplace runs: the services that it asks, in order' }),
    steps: z.array(
      z.object({
        step: z.string(),
        previous: z.string(),
        state: z.string(),
        actor: z.string(),
        note: z.string().nullable(),
        at: instantText,
      }),
    ),
    usage: z.object({ calls: z.number().int(), units: z.string() }),
  })
  .meta({ id: 'ServiceInstance' })

export const gatewayPath = (id: string) => `/v1/services/${id}`

/** An instance that is there, as its route answers. */
export async function shown({ store }: Services, id: string) {
  const found = (await readInstance(store.rows, id)) as StoredInstance
  const agreement = (await readAgreement(store.rows, id)) as StoredAgreement
  const [steps, total, chain] = await Promise.all([
    stepsOfInstance(store.rows, id),
    usageTotal(store.rows, id),
    chainUnder(store.rows, agreement).catch(() => undefined),
  ])
  return {
    ...{ agreement: found.agreement, state: found.state, stoppedBy: found.stopped_by, reason: found.reason },
    dataCheck: found.data_check && {
      at: formatInstant(found.data_check.at),
      days: found.data_check.days,
      items: found.data_check.items.map(({ own: _own, authorised: _authorised, from, last, ...item }) => ({
        ...item,
        // A check of an earlier version of the marketplace knew of meters alone.
        from: from ? { title: from.title } : null,
        last: last === null ? null : formatInstant(last),
      })),
    },
    ...{ notes: found.notes, configuration: found.configuration, service: found.service },
    hasKey: found.key_hash !== null,
    keyMadeAt: found.key_made_at === null ? null : formatInstant(found.key_made_at),
    gateway: gatewayPath(id),
    chain: chain?.steps ?? null,
    steps: steps.map((one) => ({ ...one, at: formatInstant(one.at) })),
    usage: { calls: total.calls, units: formatUnits(total.milliUnits) },
  }
}
