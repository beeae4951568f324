import { formatInstant, INSTANCE_STATES, type InstanceStep, mayAdapt } from '@opem/domain'
import { z } from 'zod'
import type { Person } from '../../access/caller/caller.ts'
import { collect, readingsAtLength } from '../../lake/readings/query.ts'
import { noteAction } from '../../marketplace/audit-log/note.ts'
import { brokenStep } from '../../marketplace/composition/broken-step.ts'
import { chainUnder, compositionBehind } from '../../marketplace/composition/served-chain.ts'
import { isInForce, readAgreement, type StoredAgreement } from '../../marketplace/contracting/agreements.ts'
import { agreementOf } from '../../marketplace/contracting/extensions.ts'
import { accountOfSide } from '../../marketplace/contracting/make-offer.ts'
import { readDocument } from '../../marketplace/contracting/offers.ts'
import { ownMeters } from '../../marketplace/contracting/own-meters.ts'
import { otherSide, type Side, unknownAgreement } from '../../marketplace/contracting/party.ts'
import { agreementId } from '../../marketplace/contracting/shapes.ts'
import { DATA_FORMATS } from '../../marketplace/data/format.ts'
import { handOver } from '../../marketplace/data/hand-over.ts'
import { dataQuery } from '../../marketplace/data/query.ts'
import { notify } from '../../marketplace/notifications/notify.ts'
import { makeAccessKey } from '../../marketplace/provisioning/access-key.ts'
import { CHECKED_DAYS, checkData } from '../../marketplace/provisioning/check-data.ts'
import {
  type Patch,
  readInstance,
  type StoredInstance,
  stepInstance,
  stepsOfInstance,
} from '../../marketplace/provisioning/instances.ts'
import { formatUnits } from '../../marketplace/provisioning/units.ts'
import { usageHours, usageTotal } from '../../marketplace/provisioning/usage.ts'
import { Refusal } from '../problem.ts'
import { type Access, defineRoute, file } from '../route.ts'
import type { Services } from '../services.ts'
import { bytes32, instant, instantText } from '../shapes.ts'

const params = z.strictObject({ id: agreementId })
const words = z.string().trim().max(4000)

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

const instance = z
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

const change = (name: 'start' | 'stop', summary: string) =>
  defineRoute({
    method: 'post',
    path: `/v1/agreements/{id}/instance/${name === 'start' ? 'starts' : 'stops'}`,
    summary,
    access: 'contracting',
    params,
    body: z.strictObject({ reason: words.optional() }).optional(),
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

export const postInstanceKey = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/instance/keys',
  summary: 'A new access key of the service for its user, shown this once; the one before counts no more.',
  access: 'contracting',
  params,
  answers: z.object({ key: z.string(), gateway: z.string() }),
  unrepeatable: true,
  async handle({ params: { id } }, services, access) {
    const person = personOf(access)
    const { agreement, side } = await agreementOf(services.contracting, person, id)
    if (side !== 'consumer') access.refuse('the user of the service')
    const now = services.access.now()
    const key = await services.store.transaction(async (rows) => {
      const made = await makeAccessKey(rows, id, now)
      await noteAction(rows, {
        ...{
          by: person.did,
          account: agreement.consumer_account,
          action: 'service.key-made',
          about: { agreement: id },
        },
      })
      return made
    })
    return { key, gateway: gatewayPath(id) }
  },
})

export const postRevocation = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/instance/revocations',
  summary: 'The operator takes a service away from its user, with a reason; its key counts no more.',
  access: 'operator',
  params,
  body: z.strictObject({ reason: words.min(1) }),
  answers: z.object({ agreement: bytes32, state: z.string() }),
  async handle({ params: { id }, body }, services, { caller, refuse }) {
    const person = caller.kind === 'person' ? caller : refuse('the marketplace operator')
    const agreement = await readAgreement(services.store.rows, id)
    if (!agreement) throw unknownAgreement(id)
    const now = services.access.now()
    const title = await titleOf(services, agreement)
    await services.store.transaction(async (rows) => {
      await stepInstance(rows, { agreement: id, step: 'revoke', by: 'operator', note: body.reason, now })
      for (const account of [agreement.consumer_account, agreement.provider_account])
        await notify(rows, {
          ...{ account, kind: 'service-changed', about: { agreement: id, listing: agreement.listing } },
          words: { title: `The operator revoked “${title}”`, text: body.reason },
          link: `/agreements/${id}`,
        })
      await noteAction(rows, { by: person.did, account: null, action: 'service.revoked', about: { agreement: id } })
    })
    return { agreement: id, state: 'revoked' }
  },
})

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

const MOST_READINGS_SECONDS = 366 * 86_400

export const getAgreedReadings = defineRoute({
  method: 'get',
  path: '/v1/agreements/{id}/readings',
  summary:
    'Readings that the consumer agreed to give the provider for this service: of the meter that the agreement names, while it is in force and the meter may be used.',
  access: 'provisioning',
  params,
  query: z.strictObject({ data: z.string().max(500), from: instant, to: instant }),
  answers: z.object({
    meter: z.string(),
    readings: z.array(
      z.object({ start: instantText, seconds: z.number().int(), importWh: z.number(), exportWh: z.number() }),
    ),
  }),
  async handle({ params: { id }, query: { data, from, to } }, services, access) {
    const { agreement, side } = await agreementOf(services.contracting, personOf(access), id)
    if (side !== 'provider') access.refuse('the provider of the service')
    const now = services.access.now()
    if (!isInForce(agreement, now))
      throw new Refusal(
        403,
        'ERR_AGREEMENT_NOT_IN_FORCE',
        'data is given while the agreement is in force; it has not begun or is over',
      )
    if (to <= from || to - from > MOST_READINGS_SECONDS)
      throw new Refusal(400, 'ERR_QUERY', 'ask for at most 366 days, with "to" after "from"')
    const document = await readDocument(services.store.rows, agreement.terms.terms)
    const item = document?.data.find(({ name }) => name === data)
    if (!item?.meter) throw new Refusal(404, 'ERR_DATA_UNKNOWN', `the agreement names no meter for "${data}"`)
    const meters = await ownMeters(services.store, {
      account: agreement.consumer_account,
      address: agreement.consumer,
      now,
    })
    if (!meters.some(({ meter, authorised }) => meter === item.meter && authorised))
      throw new Refusal(
        403,
        'ERR_METER_NOT_AUTHORISED',
        `the meter ${item.meter} may not be used now; its holder decides`,
      )
    const range = { meters: [item.meter], from, to }
    const readings = await collect(readingsAtLength(services.lake, range, periodOfItem(item.granularity)))
    return {
      meter: item.meter,
      readings: readings.map(({ start, seconds, importWh, exportWh }) => ({
        ...{ start: formatInstant(Number(start)), seconds: Number(seconds) },
        ...{ importWh: Number(importWh), exportWh: Number(exportWh) },
      })),
    }
  },
})

export const postHandedData = defineRoute({
  method: 'post',
  path: '/v1/agreements/{id}/data',
  summary:
    'Rows of the data set that the consumer hands to the provider for this service, as a file: while the agreement is in force, the policy allows it, and whoever is measured consents. Of a contracted data set each use is counted under the agreement about it.',
  access: 'provisioning',
  params,
  body: z.strictObject({
    data: z.string().max(500).meta({ description: 'name of the data that the service needs' }),
    query: dataQuery,
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'two capital letters of ISO 3166-1, like ES')
      .meta({ description: 'where the copy is stored and processed' }),
    format: z.enum(DATA_FORMATS).default('ndjson'),
  }),
  answers: z.string().meta({ description: 'CSV, NDJSON or Parquet' }),
  unrepeatable: true,
  async handle({ params: { id }, body }, services, access) {
    const person = personOf(access)
    const { agreement, side } = await agreementOf(services.contracting, person, id)
    if (side !== 'provider') access.refuse('the provider of the service')
    return file(await handOver(services.data, { to: agreement, by: person.did, ...body }))
  },
})

export const getServiceKeys = defineRoute({
  method: 'get',
  path: '/v1/service-keys',
  summary: 'The public key with which the marketplace signs calls to providers’ services (RFC 9421), as JWK set.',
  access: 'public',
  answers: z.object({ keys: z.array(z.record(z.string(), z.string())) }),
  async handle(_input, { gateway }) {
    const { publicJwk, keyid } = await gateway.key()
    return { keys: [{ ...publicJwk, kid: keyid, use: 'sig' } as unknown as Record<string, string>] }
  },
})

const PERIODS: Readonly<Record<string, number>> = { PT5M: 300, PT15M: 900, PT30M: 1800 }
const periodOfItem = (granularity: string | undefined): number => PERIODS[granularity ?? ''] ?? 3600

const gatewayPath = (id: string) => `/v1/services/${id}`

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

async function shown({ store }: Services, id: string) {
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

/** One step of the instance, the letter to the other side, and the audit log: all or nothing. */
async function step(
  services: Services,
  access: Access,
  agreement: StoredAgreement,
  side: Side,
  name: InstanceStep,
  it: {
    readonly note?: string | undefined
    readonly patch?: Patch
    readonly kind?: 'service-ready' | 'service-changed' | 'service-failed'
    readonly words?: { readonly title: string; readonly text: string }
  },
): Promise<void> {
  const { id, listing } = agreement
  const person = personOf(access)
  const now = services.access.now()
  if (!isInForceOrToCome(agreement, now))
    throw new Refusal(409, 'ERR_AGREEMENT_NOT_IN_FORCE', 'the agreement is over, and its service with it')
  await services.store.transaction(async (rows) => {
    const { note, patch } = it
    await stepInstance(rows, { agreement: id, step: name, by: side, note, now, ...(patch && { patch }) })
    if (it.words && it.kind)
      await notify(rows, {
        ...{ account: accountOfSide(agreement, otherSide(side)), kind: it.kind, about: { agreement: id, listing } },
        ...{ words: it.words, link: `/agreements/${id}` },
      })
    await noteAction(rows, {
      ...{
        by: person.did,
        account: accountOfSide(agreement, side),
        action: `service.${name}`,
        about: { agreement: id },
      },
    })
  })
}

const isInForceOrToCome = ({ ends_at }: StoredAgreement, now: number) => ends_at === 0 || now < ends_at

const titleOf = async ({ store }: Services, agreement: StoredAgreement) =>
  (await readDocument(store.rows, agreement.terms.terms))?.title ?? 'a service'

export const personOf = ({ caller, refuse }: Access): Person =>
  caller.kind === 'person' ? caller : refuse('somebody who signed in')
