import { DATA_FORMS, dataPurposes, formatInstant, type Hex, isTimeZone } from '@opem/domain'
import { z } from 'zod'
import { noteAction } from '../../marketplace/audit-log/note.ts'
import { type DataSetShown, type Described, dataSetsOf, describeDataSet } from '../../marketplace/data/describe.ts'
import { holdingsOf } from '../../marketplace/data/holdings.ts'
import { planShape } from '../../marketplace/publish/document.ts'
import { actorOf, addressOfAccount } from '../../marketplace/publish/owner.ts'
import { line, paragraphs } from '../../marketplace/publish/text.ts'
import { Refusal } from '../problem.ts'
import { type Access, defineRoute } from '../route.ts'
import type { Services } from '../services.ts'
import { bytes32, count, instant, instantText, meterId, whole } from '../shapes.ts'

const country = z.string().regex(/^[A-Z]{2}$/, 'two capital letters of ISO 3166-1, like ES')
const countries = z.array(country).max(250)

const usePolicy = z
  .strictObject({
    purposes: z.array(z.enum(dataPurposes as [string, ...string[]])).min(1, 'data are never for anything at all'),
    countries,
    until: instant.nullable(),
    times: whole(1, 1_000_000).nullable(),
    deleteAfterDays: whole(1, 9999).nullable(),
    attribution: z.string().trim().max(200),
    redistribution: z.boolean(),
    recipients: z
      .array(
        z
          .string()
          .max(200)
          .regex(/^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$/, 'a DID'),
      )
      .max(100)
      .default([])
      .meta({ description: 'who may get the data although others may not, such as providers of services' }),
  })
  .meta({ id: 'UsePolicy' })

const described = z
  .strictObject({
    title: line(120),
    summary: line(280),
    description: paragraphs(20_000),
    keywords: z.array(line(40)).max(20),
    region: countries,
    granularity: z.enum(['PT5M', 'PT15M', 'PT30M', 'PT1H']),
    timeZone: z.string().max(60).refine(isTimeZone, 'an IANA time zone like Europe/Madrid'),
    from: instant,
    to: instant.nullable(),
    meters: z.array(meterId).min(1, 'a data set has at least one meter').max(5000),
    ownMetersConfirmed: z
      .literal(true)
      .meta({ description: 'meters without a known holder measure nobody but the provider' }),
    form: z.enum(DATA_FORMS),
    leastSubjects: whole(3, 1000).default(5),
    storageCountries: countries,
    processors: paragraphs(2000),
    updates: z.enum(['PT5M', 'PT15M', 'PT30M', 'PT1H', 'P1D', 'once']),
    termination: paragraphs(2000),
    noticeDays: whole(0, 365),
    contract: paragraphs(40_000),
    terms: paragraphs(40_000),
    privacy: paragraphs(20_000),
    plans: z.array(planShape).min(1).max(12),
    policy: z.union([usePolicy, z.strictObject({ odrl: z.record(z.string(), z.unknown()) })]),
  })
  .refine(({ from, to }) => to === null || from < to, '"to" must be after "from"')
  .refine(({ meters }) => new Set(meters).size === meters.length, 'each meter once')
  .meta({ id: 'DataSetDescribed' })

const shape = z
  .object({
    listing: bytes32,
    title: z.string(),
    state: z
      .string()
      .meta({ description: 'of the draft; published as any listing, with POST /v1/market/services/{listing}/submit' }),
    published: z.string().nullable(),
    form: z.enum(DATA_FORMS),
    meters: count,
    foreign: count.meta({ description: 'meters of others, who are asked' }),
    consented: count.meta({ description: 'of those, how many consent now; it is not told which' }),
    downloads: count,
    words: z.array(z.string()),
    document: z.record(z.string(), z.unknown()),
    chosen: z.array(meterId),
  })
  .meta({ id: 'DataSet' })

export const getDataHoldings = defineRoute({
  method: 'get',
  path: '/v1/data/holdings',
  summary: 'Meters whose readings the account holds in the lake: what it can share.',
  access: 'share-data',
  answers: z.object({
    meters: z.array(
      z.object({ meter: meterId, first: instantText, last: instantText, readings: count, foreign: z.boolean() }),
    ),
  }),
  async handle(_input, { lake, store }, { caller }) {
    const actor = actorOf(caller)
    const found = await holdingsOf(lake, store.rows, { account: actor.account, address: addressOfAccount(actor) })
    return {
      meters: found.map((one) => ({ ...one, first: formatInstant(one.first), last: formatInstant(one.last) })),
    }
  },
})

export const getDataSets = defineRoute({
  method: 'get',
  path: '/v1/data/sets',
  summary: "The account's own data sets, with how many holders of meters consent.",
  access: 'share-data',
  answers: z.object({ sets: z.array(shape) }),
  async handle(_input, { store, data }, { caller }) {
    return { sets: await dataSetsOf(store.rows, actorOf(caller).account, data.now()) }
  },
})

export const postDataSet = defineRoute({
  method: 'post',
  path: '/v1/data/sets',
  summary:
    'Describes a data set of readings in the lake: a draft of a listing of the kind "data", which is then submitted.',
  access: 'share-data',
  body: described,
  bodyLimit: 1_000_000,
  answers: shape,
  handle: async ({ body }, services, access) => describe(services, access, body as never),
})

export const putDataSet = defineRoute({
  method: 'put',
  path: '/v1/data/sets/{listing}',
  summary: 'Describes it anew: while it is a draft, or after an update was begun.',
  access: 'share-data',
  params: z.strictObject({ listing: bytes32 }),
  body: described,
  bodyLimit: 1_000_000,
  answers: shape,
  handle: async ({ params, body }, services, access) =>
    describe(services, access, body as never, params.listing as Hex),
})

async function describe(
  services: Services,
  { caller }: Access,
  body: Described & { ownMetersConfirmed: true },
  of?: Hex,
): Promise<DataSetShown> {
  const actor = actorOf(caller)
  const now = services.data.now()
  const { ownMetersConfirmed: _, ...it } = body
  const listing = await services.store.transaction(async (rows) => {
    const made = await describeDataSet(
      { rows, lake: services.lake },
      { actor, described: it, now, ...(of && { listing: of }) },
    )
    await noteAction(
      rows,
      {
        ...{ by: actor.did, account: actor.account, action: 'data.described', about: { listing: made } },
        detail: { form: it.form, meters: it.meters.length },
      },
      now,
    )
    return made
  })
  const [found] = await dataSetsOf(services.store.rows, actor.account, now, listing)
  if (!found) throw new Refusal(404, 'ERR_LISTING_UNKNOWN', `your account has no data set ${listing}`)
  return found
}
