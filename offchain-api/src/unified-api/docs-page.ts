import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Router } from 'express'

// Scripts and styles are files of our own origin; nothing is inline, nothing is evaluated, nothing comes from elsewhere.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const FOLDER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>OPEM API</title>
<link rel="stylesheet" href="/v1/docs/swagger-ui.css">
<link rel="icon" href="data:,">
<body>
<noscript>This page draws <a href="/v1/openapi.json">the OpenAPI document</a>, and needs JavaScript to do so.</noscript>
<main id="api"></main>
<script src="/v1/docs/swagger-ui-bundle.js"></script>
<script src="/v1/docs/start.js"></script>
</body>
</html>
`

const START = `SwaggerUIBundle({
  url: '/v1/openapi.json',
  dom_id: '#api',
  deepLinking: true,
  docExpansion: 'none',
  displayRequestDuration: true,
  filter: true,
  validatorUrl: null,
})
`

/** `GET /v1/docs`: every route, readable, and to be tried with the session of the same browser. */
export function serveDocs(): Router {
  const router = Router()
  const file = (name: string): string => readFileSync(join(FOLDER, name), 'utf8')
  const files = new Map([
    ['/v1/docs', ['text/html', () => PAGE]],
    ['/v1/docs/start.js', ['text/javascript', () => START]],
    ['/v1/docs/swagger-ui.css', ['text/css', () => file('swagger-ui.css')]],
    ['/v1/docs/swagger-ui-bundle.js', ['text/javascript', () => file('swagger-ui-bundle.js')]],
  ] as const satisfies [string, [string, () => string]][])
  for (const [path, [type, text]] of files)
    router.get(path, (_request, response) => {
      response.set({ 'Content-Security-Policy': POLICY, 'Cache-Control': 'no-cache' }).type(type).send(text())
    })
  return router
}
