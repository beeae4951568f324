import { z } from 'zod'
import { type Grant, RULES, type RuleName } from '../access/rules/rules.ts'
import { ACCESS } from '../access/session/cookies.ts'
import { IDEMPOTENCY_KEY, takesKey } from './idempotency/key.ts'
import type { Route } from './route.ts'
import { routes } from './routes/index.ts'

type Json = Record<string, unknown>

const problem = z
  .object({ type: z.string(), title: z.string(), status: z.number().int(), code: z.string(), detail: z.string() })
  .meta({ id: 'Problem' })

/** The OpenAPI 3.1 document of the unified API, generated from the shapes that the server itself parses with. */
export function openApiDocument(): Json {
  const components: Json = {}
  const schema = (shape: z.ZodType) => toSchema(shape, components)
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route, schema) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'OPEM unified API',
      version: '0.1.0',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: TAGS.map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: SCHEMES,
      parameters: { IdempotencyKey: KEY },
      schemas: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  }
}

const DESCRIPTION = `Times are ISO 8601 UTC, energy whole Wh, money decimal strings in EUR, ids lower-case hex.

**Who asks.** People sign in with their wallet and have a cookie or a Bearer token; systems sign each request (RFC 9421) or show a certificate. Each operation says what it needs.

**Lists** come in pages: ask with \`limit\` (100 at most), then again with \`after\` as \`next\` of the page before says, until \`next\` is null.

**Once.** A POST with an \`Idempotency-Key\` is done once: who sends it again within 24 hours gets the same answer.

**Refusals** are \`application/problem+json\` (RFC 9457) with a stable \`code\`, and a \`detail\` that says what was given, what was needed and what to do. 503 and 429 say with \`Retry-After\` when to ask again.`

const TAGS = [
  ['access', 'Registering, signing in, sessions'],
  ['accounts', "The operator's view of accounts"],
  ['company', "A company's users and systems"],
  ['communities', 'Energy communities: members, readings, balances'],
  ['readings', 'Readings and meters'],
  ['prices', 'Market prices'],
  ['market', 'What is offered, agreed, used and paid'],
  ['notifications', 'What the marketplace tells, and by which ways'],
  ['operations', 'Running the marketplace'],
] as const

const PLACES: Readonly<Record<string, (typeof TAGS)[number][0]>> = {
  ...{ access: 'access', accounts: 'accounts', company: 'company', communities: 'communities' },
  ...{
    readings: 'readings',
    rejected: 'readings',
    meters: 'readings',
    prices: 'prices',
    notifications: 'notifications',
  },
  ...{ health: 'operations', settings: 'operations', systems: 'operations', governance: 'operations' },
}

/** By the first word of the path; a place that nobody named belongs to the market. */
const tagOf = (path: string) => PLACES[path.split('/')[2] ?? ''] ?? 'market'

/** @example operationId('post', '/v1/accounts/{account}/suspend') // 'postAccountsByAccountSuspend' */
export const operationId = (method: string, path: string): string =>
  `${method}${path
    .split('/')
    .slice(2)
    .map((part) => part.replace(/^\{(\w+)\}$/, 'by-$1'))
    .flatMap((part) => part.split(/[-.]/))
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}`

/** How a caller shows who it is. People sign in; systems sign their requests, or show a certificate. */
const SCHEMES = {
  cookie: { type: 'apiKey', in: 'cookie', name: ACCESS, description: 'access token of a page, ten minutes' },
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWE',
    description: 'access token of a machine, ten minutes',
  },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'Signature',
    description: 'HTTP message signature (RFC 9421) with Signature-Input: Ed25519 or P-256, tag opem',
  },
  certificate: { type: 'mutualTLS', description: "a system's configured client certificate" },
}

const KEY = {
  name: IDEMPOTENCY_KEY,
  in: 'header',
  required: false,
  description:
    'Chosen by the caller, new for each new request (a UUID): who sends the same request again within 24 hours gets the same answer, with Idempotency-Replayed: true, and nothing is done twice.',
  schema: { type: 'string', minLength: 8, maxLength: 257, examples: ['"8e03978e-40d5-43dd-bc93-6894a57f9324"'] },
}

const KEPT_NOT =
  'Under an Idempotency-Key: the same request was done, and its answer held a secret that is not kept; or is still worked on'

/** Any one of them; none for what everybody may ask. */
function securityOf(name: RuleName) {
  const grants: readonly Grant[] = RULES[name].grants
  if (grants.includes('anybody')) return []
  const bySystem = grants.some((grant) => grant === 'system' || grant.startsWith('scope:'))
  const byPerson = grants.some((grant) => grant !== 'system' && !grant.startsWith('scope:'))
  return [
    ...(byPerson ? [{ cookie: [] }, { bearer: [] }] : []),
    ...(bySystem ? [{ signature: [] }, { certificate: [] }] : []),
  ]
}

function operation(route: Route, schema: (shape: z.ZodType) => Json): Json {
  const body = route.documentedBody ?? route.body
  return {
    operationId: operationId(route.method, route.path),
    tags: [tagOf(route.path)],
    summary: route.summary,
    description: `Needs ${RULES[route.access].needs}.`,
    'x-rule': route.access,
    security: securityOf(route.access),
    parameters: [
      ...parameters(route.params, 'path', schema),
      ...parameters(route.query, 'query', schema),
      ...(takesKey(route) ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ],
    ...(route.form
      ? {
          requestBody: {
            required: true,
            content: { 'application/x-www-form-urlencoded': { schema: { type: 'object' } } },
          },
        }
      : {}),
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: schema(body) } } } } : {}),
    responses: {
      200: {
        description: 'Done',
        content: {
          'application/json': { schema: schema(route.answers) },
          ...(route.streams
            ? { 'application/x-ndjson': { schema: { type: 'string', description: 'one object per line' } } }
            : {}),
        },
      },
      ...(route.access === 'public'
        ? {}
        : {
            401: refused('Nobody the API knows: sign in, or sign the request', schema),
            403: refused(`The rule "${route.access}" refused, and says what is needed`, schema),
          }),
      ...(takesKey(route)
        ? {
            409: refused(
              `${route.unrepeatable ? KEPT_NOT : 'Under an Idempotency-Key: the same request is still worked on'}; or the state of things forbids it`,
              schema,
            ),
            422: refused('The Idempotency-Key came with another request before', schema),
          }
        : {}),
      default: { description: 'A problem', content: { 'application/problem+json': { schema: schema(problem) } } },
    },
  }
}

const refused = (description: string, schema: (shape: z.ZodType) => Json) => ({
  description,
  content: { 'application/problem+json': { schema: schema(problem) } },
})

function parameters(shape: z.ZodType | undefined, place: 'path' | 'query', schema: (shape: z.ZodType) => Json): Json[] {
  if (!(shape instanceof z.ZodObject)) return []
  return Object.entries(shape.shape as Record<string, z.ZodType>).map(([name, field]) => ({
    name,
    in: place,
    required: !field.safeParse(undefined).success,
    schema: schema(field),
  }))
}

// Shapes with a name become components, everything else stands where it is used.
function toSchema(shape: z.ZodType, components: Json): Json {
  const {
    $schema: _dialect,
    $defs = {},
    ...json
  } = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' }) as Json & {
    $defs?: Json
  }
  const moved = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value)
        .replaceAll('"#/$defs/', '"#/components/schemas/')
        .replaceAll(/"\$schema":"[^"]*",?/g, ''),
    )
  for (const [name, definition] of Object.entries($defs)) {
    const { id: _id, ...rest } = moved(definition) as Json
    components[name] = rest
  }
  const { id, ...rest } = moved(json) as Json
  if (typeof id !== 'string') return rest
  components[id] = rest
  return { $ref: `#/components/schemas/${id}` }
}
