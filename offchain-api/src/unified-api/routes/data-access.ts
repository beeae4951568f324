import { DATA_FORMS, DATA_PURPOSES, formatInstant, policyWords } from '@opem/domain'
import { z } from 'zod'
import { collect } from '../../lake/readings/query.ts'
import { noteAction } from '../../marketplace/audit-log/note.ts'
import { isInForce } from '../../marketplace/contracting/agreements.ts'
import { agreementId } from '../../marketplace/contracting/shapes.ts'
import { completeness } from '../../marketplace/data/completeness.ts'
import { confirmDeletion, downloadsOf } from '../../marketplace/data/deletions.ts'
import { makeLink, openDownload, preparedQuery } from '../../marketplace/data/download.ts'
import { DATA_FORMATS } from '../../marketplace/data/format.ts'
import { includedMeters } from '../../marketplace/data/included.ts'
import { LINK_SECONDS, MOST_USES } from '../../marketplace/data/link.ts'
import { contractedData, needAccess } from '../../marketplace/data/may-access.ts'
import {
  columnsOf,
  countRows,
  DATA_GRANULARITIES,
  dataQuery,
  streamRows,
  suppressedHours,
} from '../../marketplace/data/query.ts'
import { actorOf } from '../../marketplace/publish/owner.ts'
import { defineRoute, file } from '../route.ts'
import { count, instantText, whole } from '../shapes.ts'

const params = z.strictObject({ agreement: agreementId })
const purpose = z.enum(Object.keys(DATA_PURPOSES) as [string, ...string[]])
const country = z.string().regex(/^[A-Z]{2}$/, 'two capital letters of ISO 3166-1, like ES')
const column = z.object({ name: z.string(), type: z.enum(['text', 'instant', 'whole']), meaning: z.string() })

export const getDataContracts = defineRoute({
  method: 'get',
  path: '/v1/data/contracts',
  summary: 'Data that the account has contracted, the newest first.',
  access: 'access-data',
  answers: z.object({
    contracts: z.array(
      z.object({
        agreement: z.string(),
        listing: z.string(),
        title: z.string(),
        provider: z.string(),
        inForce: z.boolean(),
        here: z.boolean(),
      }),
    ),
  }),
  async handle(_input, services, { caller }) {
    const now = services.data.now()
    const found = await services.store.rows<{
      agreement: string
      listing: string
      title: string
      provider: string
      terms: { start: number }
      ends_at: number
      here: boolean
    }>(
      `SELECT a.id AS agreement, a.listing, coalesce(d.document ->> 'title', '') AS title, coalesce(p.name, '') AS provider, a.terms,
         a.ends_at::float8 AS ends_at, d.document ? 'policy' AS here
       FROM market_agreements a LEFT JOIN market_agreement_documents d ON d.digest = a.terms ->> 'terms'
       LEFT JOIN accounts p ON p.account = a.provider_account
       WHERE a.kind = 'data' AND a.consumer_account = $1 ORDER BY a.concluded_at DESC, a.id LIMIT 200`,
      [actorOf(caller).account],
    )
    return {
      contracts: found.map(({ terms, ends_at, here, ...one }) => ({
        ...{ ...one, here: here === true, inForce: isInForce({ terms: terms as never, ends_at }, now) },
      })),
    }
  },
})

export const getDataContract = defineRoute({
  method: 'get',
  path: '/v1/data/contracts/{agreement}',
  summary: 'What a contracted data set is: columns, units, time zone, completeness, and how it may be used.',
  access: 'access-data',
  params,
  answers: z.object({
    ...{ agreement: z.string(), listing: z.string(), title: z.string(), provider: z.string(), inForce: z.boolean() },
    ...{ quantity: z.string(), unit: z.string(), form: z.enum(DATA_FORMS), leastSubjects: count, timeZone: z.string() },
    ...{ from: instantText, to: instantText.nullable() },
    volume: z.object({ meters: count, readings: count, countedAt: instantText }),
    columns: z.object({ raw: z.array(column), hour: z.array(column), day: z.array(column) }),
    purposes: z.array(z.object({ id: z.string(), name: z.string() })),
    countries: z.array(z.string()),
    words: z.array(z.string()),
    odrl: z.record(z.string(), z.unknown()),
    ...{ processors: z.string(), termination: z.string() },
    completeness: z.array(z.object({ day: instantText, hours: count, possible: count })),
    downloads: z.array(
      z.object({
        ...{
          id: z.string(),
          at: instantText,
          purpose: z.string(),
          country: z.string(),
          format: z.string(),
          rows: count,
        },
        ...{ state: z.enum(['given', 'failed']), deleteBy: instantText.nullable(), deletedAt: instantText.nullable() },
        passedTo: z
          .string()
          .nullable()
          .meta({ description: 'agreement about the service whose provider got the copy' }),
      }),
    ),
  }),
  async handle({ params: { agreement: id } }, services, { caller }) {
    const { store, lake, data: parts } = services
    const now = parts.now()
    const data = await contractedData(store.rows, id, actorOf(caller).account)
    const { agreement, document, listing, readings, policy } = data
    const inForce = isInForce(agreement, now)
    const meters = inForce
      ? await includedMeters(store.rows, {
          ...{ listing: listing.listing, provider: { account: listing.account, address: listing.provider } },
          ...{ purpose: policy.purposes[0] ?? '', purposes: policy.purposes, readings, now },
        })
      : []
    const instantOrNull = (at: number | null) => (at === null ? null : formatInstant(at))
    return {
      ...{ agreement: id, listing: listing.listing, title: document.title, provider: document.provider.name, inForce },
      ...{
        quantity: readings.quantity,
        unit: readings.unit,
        form: readings.form,
        leastSubjects: readings.leastSubjects,
      },
      ...{ timeZone: readings.timeZone, from: readings.from, to: readings.to, volume: readings.volume },
      columns: Object.fromEntries(
        DATA_GRANULARITIES.map((granularity) => [
          granularity,
          readings.form === 'aggregate' && granularity === 'raw' ? [] : columnsOf(readings.form, granularity),
        ]),
      ),
      purposes: policy.purposes.map((one) => ({ id: one, name: DATA_PURPOSES[one] })),
      ...{ countries: policy.countries, words: policyWords(policy), odrl: document.policy },
      ...{ processors: readings.processors, termination: readings.termination },
      completeness: (await completeness(lake, readings, meters, now)).map((one) => ({
        ...one,
        day: formatInstant(one.day),
      })),
      downloads: (await downloadsOf(store.rows, id)).map((one) => ({
        ...{
          ...one,
          at: formatInstant(one.at),
          deleteBy: instantOrNull(one.deleteBy),
          deletedAt: instantOrNull(one.deletedAt),
        },
      })),
    }
  },
})

const PREVIEW = 20

export const postDataQuery = defineRoute({
  method: 'post',
  path: '/v1/data/contracts/{agreement}/queries',
  summary: `How many rows a query has, and the first ${PREVIEW} of them. It costs nothing.`,
  access: 'access-data',
  params,
  body: z.strictObject({ query: dataQuery, purpose }),
  answers: z.object({
    columns: z.array(z.string()),
    rows: z.array(z.record(z.string(), z.union([z.string(), z.number()]))),
    count,
    suppressedHours: count.meta({ description: 'hours that are left out because too few subjects are behind them' }),
  }),
  async handle({ params: { agreement }, body }, services, { caller }) {
    const { store, lake, data: parts } = services
    const data = await contractedData(store.rows, agreement, actorOf(caller).account)
    const country = data.policy.countries[0] ?? 'ES'
    await needAccess(
      store.rows,
      data,
      { purpose: body.purpose, country },
      { now: parts.now(), mayUseMoney: parts.mayUseMoney },
    )
    const query = await preparedQuery(parts, data, body)
    const found = await countRows(lake, query)
    return {
      ...{ columns: query.columns, count: found },
      rows: await collect(streamRows(lake, query, Math.min(found, PREVIEW))),
      suppressedHours: data.readings.form === 'aggregate' ? await suppressedHours(lake, query) : 0,
    }
  },
})

export const postDataLink = defineRoute({
  method: 'post',
  path: '/v1/data/contracts/{agreement}/links',
  summary:
    'A link to download the rows of a query: for this account alone, for a few minutes, for so many uses. Says what for, and where the copy is kept.',
  access: 'access-data',
  params,
  body: z.strictObject({
    query: dataQuery,
    purpose,
    country: country.meta({ description: 'where the copy is stored and processed' }),
    format: z.enum(DATA_FORMATS),
    uses: whole(1, MOST_USES).default(1),
    seconds: whole(1, LINK_SECONDS).default(LINK_SECONDS),
  }),
  answers: z.object({ url: z.string(), expiresAt: instantText, uses: count }),
  unrepeatable: true,
  async handle({ params: { agreement }, body: { uses, seconds, ...asked } }, services, { caller }) {
    const { did, account } = actorOf(caller)
    const { token, expires } = await makeLink(services.data, { did, account }, { agreement, asked, uses, seconds })
    return { url: `/v1/data/downloads/${token}`, expiresAt: formatInstant(expires), uses }
  },
})

export const getDataDownload = defineRoute({
  method: 'get',
  path: '/v1/data/downloads/{token}',
  summary: 'The rows as a file, streamed. All is checked anew; the use is counted before the first byte.',
  access: 'access-data',
  params: z.strictObject({
    token: z.string().regex(/^[A-Za-z0-9_-]{1,1000}\.[A-Za-z0-9_-]{1,100}$/, 'the link as it was given'),
  }),
  answers: z.string().meta({ description: 'CSV, NDJSON or Parquet' }),
  async handle({ params: { token } }, services, { caller }) {
    const { did, account } = actorOf(caller)
    return file(await openDownload(services.data, { did, account }, token))
  },
})

export const postDataDeletion = defineRoute({
  method: 'post',
  path: '/v1/data/contracts/{agreement}/deletions',
  summary: 'Confirms that a downloaded copy was deleted, as the policy wants.',
  access: 'access-data',
  params,
  body: z.strictObject({ download: z.string().regex(/^\d{1,18}$/) }),
  answers: z.object({ download: z.string() }),
  async handle({ params: { agreement }, body: { download } }, services, { caller }) {
    const { did, account } = actorOf(caller)
    const now = services.data.now()
    await services.store.transaction(async (rows) => {
      await confirmDeletion(rows, { download, agreement, account, now })
      await noteAction(
        rows,
        { ...{ by: did, account, action: 'data.deletion-confirmed', about: { agreement } }, detail: { download } },
        now,
      )
    })
    return { download }
  },
})
