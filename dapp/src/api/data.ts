import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange } from './http.ts'
import { Bytes32, Instant } from './shapes.ts'

const Form = z.enum(['pseudonymous', 'aggregate'])
const whole = z.number().int()

export const Holdings = z.strictObject({
  meters: z.array(
    z.strictObject({ meter: z.string(), first: Instant, last: Instant, readings: whole, foreign: z.boolean() }),
  ),
})
export type Holding = z.infer<typeof Holdings>['meters'][number]

export const DataSet = z.strictObject({
  listing: Bytes32,
  title: z.string(),
  state: z.string(),
  published: z.string().nullable(),
  form: Form,
  meters: whole,
  foreign: whole,
  consented: whole,
  downloads: whole,
  words: z.array(z.string()),
  document: z.record(z.string(), z.unknown()),
  chosen: z.array(z.string()),
})
export type DataSet = z.infer<typeof DataSet>
export const DataSets = z.strictObject({ sets: z.array(DataSet) })

export const Consents = z.strictObject({
  chainId: whole,
  listings: z.string(),
  asked: z.array(
    z.strictObject({
      listing: Bytes32,
      title: z.string(),
      provider: z.string(),
      meter: z.string(),
      form: Form,
      leastSubjects: whole,
      from: Instant,
      to: Instant.nullable(),
      purposes: z.array(z.string()),
      words: z.array(z.string()),
      terms: z.strictObject({
        ...{ from: z.string(), to: z.string().nullable(), leastSubjects: whole },
        policy: z.record(z.string(), z.unknown()),
      }),
      downloads: whole,
      consent: z
        .strictObject({
          id: Bytes32,
          purposes: z.array(z.string()),
          until: Instant,
          givenAt: Instant,
          counts: z.boolean(),
        })
        .nullable(),
    }),
  ),
})
export type AskedOf = z.infer<typeof Consents>['asked'][number]

export const Contracts = z.strictObject({
  contracts: z.array(
    z.strictObject({
      ...{ agreement: z.string(), listing: z.string(), title: z.string(), provider: z.string() },
      ...{ inForce: z.boolean(), here: z.boolean() },
    }),
  ),
})

const Column = z.strictObject({ name: z.string(), type: z.enum(['text', 'instant', 'whole']), meaning: z.string() })

export const Contract = z.strictObject({
  ...{ agreement: z.string(), listing: z.string(), title: z.string(), provider: z.string(), inForce: z.boolean() },
  ...{ quantity: z.string(), unit: z.string(), form: Form, leastSubjects: whole, timeZone: z.string() },
  ...{ from: Instant, to: Instant.nullable() },
  volume: z.strictObject({ meters: whole, readings: whole, countedAt: Instant }),
  columns: z.strictObject({ raw: z.array(Column), hour: z.array(Column), day: z.array(Column) }),
  purposes: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  countries: z.array(z.string()),
  words: z.array(z.string()),
  odrl: z.record(z.string(), z.unknown()),
  ...{ processors: z.string(), termination: z.string() },
  completeness: z.array(z.strictObject({ day: Instant, hours: whole, possible: whole })),
  downloads: z.array(
    z.strictObject({
      ...{ id: z.string(), at: Instant, purpose: z.string(), country: z.string(), format: z.string(), rows: whole },
      ...{ state: z.enum(['given', 'failed']), deleteBy: Instant.nullable(), deletedAt: Instant.nullable() },
      passedTo: z.string().nullable(),
    }),
  ),
})
export type Contract = z.infer<typeof Contract>

export const Preview = z.strictObject({
  columns: z.array(z.string()),
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number()]))),
  count: whole,
  suppressedHours: whole,
})
export const DataLink = z.strictObject({ url: z.string(), expiresAt: Instant, uses: whole })

export const holdingsQuery = queryOptions({
  queryKey: ['data', 'holdings'],
  queryFn: ({ signal }) => exchange('/v1/data/holdings', Holdings, { signal }),
})
export const dataSetsQuery = queryOptions({
  queryKey: ['data', 'sets'],
  queryFn: ({ signal }) => exchange('/v1/data/sets', DataSets, { signal }),
})
export const dataConsentsQuery = queryOptions({
  queryKey: ['data', 'consents'],
  queryFn: ({ signal }) => exchange('/v1/data/consents', Consents, { signal }),
})
export const dataContractsQuery = queryOptions({
  queryKey: ['data', 'contracts'],
  queryFn: ({ signal }) => exchange('/v1/data/contracts', Contracts, { signal }),
})
export const dataContractQuery = (agreement: string) =>
  queryOptions({
    queryKey: ['data', 'contract', agreement],
    queryFn: ({ signal }) => exchange(`/v1/data/contracts/${agreement}`, Contract, { signal }),
  })

export interface Query {
  readonly from: string
  readonly to: string
  readonly granularity: 'raw' | 'hour' | 'day'
  readonly columns?: readonly string[]
}

export const describeData = (described: object) => exchange('/v1/data/sets', DataSet, { body: described })
export const describeDataAnew = (listing: string, described: object) =>
  exchange(`/v1/data/sets/${listing}`, DataSet, { method: 'PUT', body: described })
export const previewData = (agreement: string, body: { query: Query; purpose: string }) =>
  exchange(`/v1/data/contracts/${agreement}/queries`, Preview, { body })
export const linkData = (
  agreement: string,
  body: { query: Query; purpose: string; country: string; format: string; uses: number },
) => exchange(`/v1/data/contracts/${agreement}/links`, DataLink, { body })
export const confirmDeletion = (agreement: string, download: string) =>
  exchange(`/v1/data/contracts/${agreement}/deletions`, z.strictObject({ download: z.string() }), {
    body: { download },
  })
export const giveDataConsent = (body: object) =>
  exchange('/v1/data/consents', z.strictObject({ id: Bytes32 }), { body })
export const withdrawDataConsent = (id: string) =>
  exchange(`/v1/data/consents/${id}`, z.strictObject({ id: Bytes32 }), { method: 'DELETE' })
