import { join } from 'node:path'
import express, { type NextFunction, type Request, type Response, Router } from 'express'

// Everything comes from here and talks to here; styles may be set on elements, as charts do.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Headers of every answer. */
export function guardAnswer(_request: Request, response: Response, next: NextFunction) {
  response.set({
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  })
  next()
}

/** The built dApp: hashed assets for ever, the page itself asked for each time, every unknown path is the page's own. */
export function servePage(dir: string): Router {
  const router = Router()
  router.use(
    express.static(dir, {
      index: false,
      setHeaders(response, path) {
        const hashed = path.startsWith(join(dir, 'assets'))
        response.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    }),
  )
  router.get('/{*path}', (request, response, next) => {
    if (/^\/(v1|chain|subgraph)(\/|$)/.test(request.path) || /\.[a-z0-9]{1,8}$/i.test(request.path)) return next()
    response.set('Cache-Control', 'no-cache').sendFile(join(dir, 'index.html'), (cause) => cause && next())
  })
  return router
}
