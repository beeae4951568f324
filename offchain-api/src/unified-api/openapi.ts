import { z } from 'zod'
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
      description: 'Times are ISO 8601 UTC, energy whole Wh, money decimal strings, ids lower-case hex.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))) },
  }
}

function operation(route: Route, schema: (shape: z.ZodType) => Json): Json {
  const body = route.documentedBody ?? route.body
  return {
    summary: route.summary,
    parameters: [...parameters(route.params, 'path', schema), ...parameters(route.query, 'query', schema)],
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
      default: { description: 'A problem', content: { 'application/problem+json': { schema: schema(problem) } } },
    },
  }
}

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
