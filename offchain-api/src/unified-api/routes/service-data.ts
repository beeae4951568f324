import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import { collect, readingsAtLength } from '../../lake/readings/query.ts'
import { isInForce } from '../../marketplace/contracting/agreements.ts'
import { agreementOf } from '../../marketplace/contracting/extensions.ts'
import { readDocument } from '../../marketplace/contracting/offers.ts'
import { ownMeters } from '../../marketplace/contracting/own-meters.ts'
import { agreementId } from '../../marketplace/contracting/shapes.ts'
import { DATA_FORMATS } from '../../marketplace/data/format.ts'
import { handOver } from '../../marketplace/data/hand-over.ts'
import { dataQuery } from '../../marketplace/data/query.ts'
import { Refusal } from '../problem.ts'
import { defineRoute, file, personOf } from '../route.ts'
import { instant, instantText } from '../shapes.ts'

const params = z.strictObject({ id: agreementId })

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

const PERIODS: Readonly<Record<string, number>> = { PT5M: 300, PT15M: 900, PT30M: 1800 }
const periodOfItem = (granularity: string | undefined): number => PERIODS[granularity ?? ''] ?? 3600
