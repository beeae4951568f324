import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import { mountGateway } from '../marketplace/provisioning/gateway.ts'
import { serveDocs } from './docs-page.ts'
import { guardHost, guardMediaType } from './guard.ts'
import { mount } from './mount.ts'
import { openApiDocument } from './openapi.ts'
import { guardAnswer, servePage } from './page.ts'
import { mountPictures } from './pictures.ts'
import { Refusal, toProblem } from './problem.ts'
import { proxyChain, proxySubgraph } from './proxy.ts'
import { routes } from './routes/index.ts'
import type { Services } from './services.ts'
import { createShelves } from './shelves.ts'
import { mountStream } from './stream-route.ts'

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
  app.use(guardAnswer, guardHost(services.place), guardMediaType)
  const shelves = createShelves()
  for (const route of routes) mount(shelves.at(route.path), route, services)
  app.use(shelves.serve)
  mountStream(app, services)
  mountPictures(app, services)
  mountGateway(app, services)
  const document = openApiDocument()
  app.get('/v1/openapi.json', (_request, response) => void response.json(document))
  app.use(serveDocs())
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
    if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer')
    if (problem.status === 503) response.set('Retry-After', '1')
    if (cause instanceof Refusal && cause.retryAfter !== undefined) response.set('Retry-After', `${cause.retryAfter}`)
    response.send(JSON.stringify(problem))
  })
  return app
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
