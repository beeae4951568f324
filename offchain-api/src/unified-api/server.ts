import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import { z } from 'zod'
import { admit } from '../access/caller/admit.ts'
import { showsIdentity } from '../access/caller/identify.ts'
import { answerRows } from './answer.ts'
import { guardHost, guardMediaType } from './guard.ts'
import { openApiDocument } from './openapi.ts'
import { guardAnswer, servePage } from './page.ts'
import { Refusal, toProblem } from './problem.ts'
import { proxyChain, proxySubgraph } from './proxy.ts'
import { isRows, type Route } from './route.ts'
import { routes } from './routes/index.ts'
import type { Services } from './services.ts'

export interface ApiOptions {
  readonly services: Services
  readonly chainUrl: string | undefined
  readonly indexUrl: string | undefined
  readonly pageDir: string | undefined
  /** Told about answers 500: method, route and code, never a body. */
  readonly log: (line: string) => void
}

/** The unified API, the page and the two proxies, as one Express application. */
export function createApi({ services, chainUrl, indexUrl, pageDir, log }: ApiOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.use(guardAnswer, guardHost, guardMediaType)
  for (const route of routes) mount(app, route, services)
  app.get('/v1/stream', (request, response) => services.announcements.subscribe(request, response))
  const document = openApiDocument()
  app.get('/v1/openapi.json', (_request, response) => void response.json(document))
  if (chainUrl) app.use(proxyChain(chainUrl))
  if (indexUrl) app.use(proxySubgraph(indexUrl))
  if (pageDir) app.use(servePage(pageDir))
  app.use((request) => {
    throw new Refusal(404, 'ERR_NOT_FOUND', `there is no ${request.method} ${request.path}; see GET /v1/openapi.json`)
  })
  app.use((cause: unknown, request: Request, response: Response, _next: NextFunction) => {
    const problem = toProblem(cause)
    if (problem.status === 500)
      log(`api: ${request.method} ${request.route?.path ?? 'unknown route'}: ${describe(cause)}`)
    if (response.headersSent) return void response.destroy()
    response.status(problem.status).set('Content-Type', 'application/problem+json').set('Cache-Control', 'no-store')
    if (problem.status === 503) response.set('Retry-After', '1')
    response.send(JSON.stringify(problem))
  })
  return app
}

function mount(app: Express, route: Route, services: Services) {
  const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1')
  app[route.method](
    path,
    express.json({ limit: route.bodyLimit ?? 256_000, strict: false }),
    async (request, response) => {
      const answer = await route.handle(
        {
          params: read(route.params, request.params, 'ERR_PATH', 'the path'),
          query: read(route.query ?? z.strictObject({}), request.query, 'ERR_QUERY', 'the query'),
          body: read(route.body, request.body, 'ERR_BODY', 'the body'),
        },
        services,
      )
      response.set('Cache-Control', 'no-store')
      if (isRows(answer)) await answerRows(request, response, answer)
      else response.json(answer)
    },
  )
}

function read(shape: z.ZodType | undefined, value: unknown, code: string, what: string): unknown {
  if (!shape) return undefined
  const parsed = shape.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Refusal(400, code, `${what} is not as needed: ${z.prettifyError(parsed.error).slice(0, 2000)}`)
}

// Names and codes of the whole chain of causes; messages of foreign errors may quote what people sent.
function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return 'an unknown error'
  const code = 'code' in cause ? ` ${String(cause.code)}` : ''
  const place =
    cause.stack
      ?.split('\n')
      .find((line) => line.includes('.ts:'))
      ?.trim() ?? ''
  return `${cause.name}${code} ${place}${cause.cause ? ` ← ${describe(cause.cause)}` : ''}`
}
