import { type RequestHandler, Router } from 'express'

/** `/v1/market/listings/{id}` → `market`; any case, as Express takes it. */
const shelfOf = (path: string): string => path.split('/', 3)[2]?.toLowerCase() ?? ''

/**
 * Routes by their first part after `/v1`, each on a router of its own: Express asks one route after the other, and of two
 * hundred it asks only those of the same shelf.
 */
export function createShelves() {
  const shelves = new Map<string, Router>()
  const serve: RequestHandler = (request, response, next) => {
    const shelf = shelves.get(shelfOf(request.path))
    if (shelf) shelf(request, response, next)
    else next()
  }
  return {
    /** The router on which a route of this path belongs. */
    at(path: string): Router {
      const name = shelfOf(path)
      const known = shelves.get(name) ?? Router()
      shelves.set(name, known)
      return known
    },
    serve,
  }
}
