import {
  DATA_FORMS,
  FEWEST_STEPS,
  GRANULARITIES,
  type Hex,
  isTimeZone,
  LISTING_KINDS,
  type ListingDocument,
  type ListingKind,
  MOST_STEPS,
  PARAMETER_TYPES,
  PRICE_PLAN_KINDS,
  readOdrl,
  SERVICE_CATEGORIES,
} from '@opem/domain'
import { z } from 'zod'
import { line, link, paragraphs } from './text.ts'

const DAY = 86_400

export const microEur = z
  .number()
  .int('whole micro-EUR: 12.50 EUR are 12500000')
  .min(0, 'no price is negative')
  .max(Number.MAX_SAFE_INTEGER)
  .meta({ description: 'whole micro-EUR' })
const granularity = z.enum(GRANULARITIES).meta({ description: 'ISO 8601 duration' })
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, 'a letter, then letters, digits, hyphens; at most 40')
const country = z
  .string()
  .regex(/^[A-Z]{2}$/, 'two capital letters of ISO 3166-1, like ES')
  .meta({ description: 'ISO 3166-1 alpha-2' })
const requirements = z.array(paragraphs(1000)).max(50)

const codes = Object.keys(SERVICE_CATEGORIES)
const category = z
  .string()
  .refine(
    (text) => codes.includes(text) || /^[a-z][a-z0-9-]{1,39}$/.test(text),
    `a code like E6.2 (${codes.at(0)} to ${codes.at(-1)}), or an own word in lower case like weather`,
  )

export const planShape = z
  .strictObject({
    id: name,
    kind: z.enum(PRICE_PLAN_KINDS),
    price: microEur.meta({
      description: 'micro-EUR: one-time the whole; subscription, bank each interval; pay-per-use each unit; free 0',
    }),
    interval: z
      .number()
      .int()
      .min(3600)
      .max(3660 * DAY)
      .optional()
      .meta({ description: 'seconds' }),
    unit: line(40).optional(),
    credit: microEur.optional(),
  })
  .superRefine(({ kind, price, interval, unit, credit }, context) => {
    const wrong = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    const recurs = kind === 'subscription' || kind === 'bank'
    if (kind === 'free' && price !== 0) wrong('price', 'a free plan costs 0')
    if (kind !== 'free' && price === 0) wrong('price', 'a plan that costs nothing is of the kind "free"')
    if (recurs && interval === undefined) wrong('interval', `a plan of the kind "${kind}" says how often it is paid`)
    if (!recurs && interval !== undefined) wrong('interval', `a plan of the kind "${kind}" has no interval`)
    if (kind === 'pay-per-use' && unit === undefined) wrong('unit', 'say what is counted, like forecast')
    if (kind !== 'pay-per-use' && unit !== undefined) wrong('unit', `a plan of the kind "${kind}" has no unit`)
    if (kind !== 'pay-per-use' && credit !== undefined) wrong('credit', `a plan of the kind "${kind}" has no credit`)
  })
  .meta({ id: 'PricePlan' })

const parameter = z
  .strictObject({
    name,
    label: line(120),
    type: z.enum(PARAMETER_TYPES),
    required: z.boolean(),
    choices: z.array(line(80)).min(2, 'a choice has at least two').max(50).optional(),
    unit: line(40).optional(),
  })
  .superRefine(({ type, choices }, context) => {
    const wrong = (message: string) => context.addIssue({ code: 'custom', path: ['choices'], message })
    if (type === 'choice' && choices === undefined) wrong('say what can be chosen')
    if (type !== 'choice' && choices !== undefined) wrong(`a parameter of the type "${type}" has no choices`)
  })
  .meta({ id: 'ServiceParameter' })

const unlike =
  <T>(key: (item: T) => string, what: string) =>
  (items: T[], context: z.core.$RefinementCtx<T[]>) =>
    items.forEach((item, index) => {
      if (items.findIndex((other) => key(other) === key(item)) < index)
        context.addIssue({ code: 'custom', path: [index], message: `${what} "${key(item)}" is here twice` })
    })

const composable = z
  .string()
  .refine(
    (text) => /^0x[0-9a-f]{64}$/.test(text) || category.safeParse(text).success,
    'the id of a listing, or a category',
  )

const instantInUtc = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, 'an instant in UTC like 2026-01-01T00:00:00Z')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'there is no such day or time')
const timeZone = z.string().max(60).refine(isTimeZone, 'an IANA time zone like Europe/Madrid')
const wholeCount = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

const readingsOffered = z
  .strictObject({
    quantity: z.literal('active-energy'),
    unit: z.literal('Wh'),
    form: z.enum(DATA_FORMS),
    leastSubjects: z.number().int().min(3, 'a sum of fewer than three hides nobody').max(1000),
    timeZone,
    from: instantInUtc,
    to: instantInUtc.nullable(),
    volume: z.strictObject({ meters: wholeCount, readings: wholeCount, countedAt: instantInUtc }),
    processors: paragraphs(2000),
    termination: paragraphs(2000),
    policy: z.record(z.string(), z.unknown()).superRefine((policy, context) => {
      const read = readOdrl(policy)
      if (read.ok) return
      for (const { path, message } of read.problems)
        context.addIssue({ code: 'custom', path: path === '' ? [] : path.split('.'), message })
    }),
  })
  .superRefine(({ from, to }, context) => {
    if (to !== null && to <= from)
      context.addIssue({ code: 'custom', path: ['to'], message: 'it ends before it begins' })
  })
  .meta({ id: 'ReadingsOffered' })

export const neededData = z.strictObject({
  name: line(120),
  template: line(120),
  granularity: granularity.optional(),
  unit: line(40).optional(),
})

const shapes = z
  .array(line(120))
  .max(20)
  .superRefine(unlike((shape) => shape, 'the shape'))

const idOf = (what: string) =>
  z.string().regex(/^0x[0-9a-f]{64}$/, `the id of a ${what}: 0x and 64 hex digits in lower case`) as z.ZodType<Hex, Hex>

const servedChain = z
  .strictObject({
    composition: idOf('composition'),
    steps: z
      .array(z.strictObject({ listing: idOf('listing'), title: line(120) }))
      .min(FEWEST_STEPS)
      .max(MOST_STEPS),
  })
  .meta({ id: 'ServedChain' })

const NEVER_BOTH = 'of kind "data" alone, which needs it'

/** The strict reader of a listing document: domain/src/marketplace/listing-document.ts says what each field means. */
export const listingDocument = z
  .strictObject({
    schema: z.literal('opem/listing/1'),
    title: line(120),
    summary: line(280),
    description: paragraphs(20_000),
    kind: z.enum(LISTING_KINDS),
    category,
    keywords: z
      .array(line(40))
      .max(20)
      .superRefine(unlike((word) => word.toLowerCase(), 'the keyword')),
    region: z
      .array(country)
      .max(250)
      .superRefine(unlike((one) => one, 'the country')),
    granularity: granularity.optional(),
    requirements: z.strictObject({
      technical: requirements,
      functional: requirements,
      nonFunctional: requirements,
    }),
    dataNeeded: z.array(neededData).max(30),
    parameters: z
      .array(parameter)
      .max(30)
      .superRefine(unlike(({ name }) => name, 'the parameter')),
    contract: z.strictObject({ text: paragraphs(40_000), noticeDays: z.number().int().min(0).max(365) }),
    terms: z.strictObject({ text: paragraphs(40_000), url: link.optional() }),
    privacy: z.strictObject({ text: paragraphs(20_000) }),
    plans: z
      .array(planShape)
      .min(1, 'a listing has at least one price plan')
      .max(12)
      .superRefine(unlike(({ id }) => id, 'the plan')),
    access: z.strictObject({ baseUrl: link.optional(), documentation: link.optional() }),
    composition: z.strictObject({
      before: z.array(composable).max(30),
      after: z.array(composable).max(30),
      takes: shapes.optional(),
      gives: shapes.optional(),
      path: z
        .string()
        .regex(/^(?=\/)(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]{1,80}){0,8}\/?$/, 'a path like /forecast')
        .optional(),
    }),
    chain: servedChain.optional(),
    data: z
      .strictObject({
        contents: paragraphs(4000),
        storageCountries: z.array(country).max(250),
        updates: z.union([granularity, z.literal('once')]),
        readings: readingsOffered.optional(),
      })
      .optional()
      .meta({ description: NEVER_BOTH }),
  })
  .superRefine(({ kind, data, chain, access, parameters }, context) => {
    const wrong = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    if ((kind === 'data') !== (data !== undefined))
      wrong(['data'], `the data offered is described in a listing ${NEVER_BOTH}`)
    if (chain === undefined) return
    if (kind !== 'composed') wrong(['chain'], 'only a service of kind "composed" is a chain of others')
    if (access.baseUrl !== undefined)
      wrong(['access', 'baseUrl'], 'the marketplace runs the chain itself; leave the address out')
    if (parameters.length > 0)
      wrong(['parameters'], 'the services of a chain are asked under its composer’s own choices; leave parameters out')
  })
  .meta({ id: 'ListingDocument' })

// The reader and the interface say the same: the type check fails when they drift apart.
type Plain<T> = T extends readonly (infer I)[]
  ? Plain<I>[]
  : T extends object
    ? { -readonly [K in keyof T]: Plain<T[K]> }
    : T
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never
type Defined<T> = T extends readonly (infer I)[]
  ? Defined<I>[]
  : T extends object
    ? { [K in keyof T]: Defined<Exclude<T[K], undefined>> }
    : T
export const sameAsInterface: Same<Defined<z.output<typeof listingDocument>>, Defined<Plain<ListingDocument>>> = true

/** @returns the document, or what is wrong at which field: `plans.0.price` */
export function readListingDocument(
  raw: unknown,
): { readonly document: ListingDocument } | { readonly problems: readonly FieldProblem[] } {
  const read = listingDocument.safeParse(raw)
  if (read.success) return { document: read.data as ListingDocument }
  return { problems: problemsOf(read.error) }
}

/** The same of a draft: an update keeps the kind under which the listing was published, since the chain never changes it. */
export function readDraftedDocument({
  document,
  publishedKind,
}: {
  readonly document: unknown
  readonly publishedKind: ListingKind | null
}): ReturnType<typeof readListingDocument> {
  const read = readListingDocument(document)
  const kind = (document as { kind?: unknown } | null)?.kind
  if (publishedKind === null || kind === publishedKind) return read
  const message = `a published listing stays “${publishedKind}”; begin another listing for another kind`
  const others = 'problems' in read ? read.problems.filter(({ path }) => path !== 'kind') : []
  return { problems: [{ path: 'kind', message }, ...others] }
}

/** What is wrong at one field. */
export interface FieldProblem {
  /** Names and numbers with dots; empty for the whole. */
  readonly path: string
  readonly message: string
}

/** One for each field: what is wrong first is said first. */
export function problemsOf({ issues }: z.ZodError): FieldProblem[] {
  const found = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'there is no such field' }))
      : [{ path: issue.path.join('.'), message: messageOf(issue) }],
  )
  return found.filter(({ path }, index) => found.findIndex((other) => other.path === path) === index)
}

const messageOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_type' && /received undefined$/.test(issue.message) ? 'this is missing' : issue.message

/** JSON Schema 2020-12 of the document: made once, since it takes longer than all other work of a request. */
export const listingSchema = () => (madeSchema ??= z.toJSONSchema(listingDocument, { io: 'input' }))
let madeSchema: object | undefined
