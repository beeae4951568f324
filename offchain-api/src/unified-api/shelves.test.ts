import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createShelves } from './shelves.ts'

const app = express()
const server = createServer(app)
const ask = async (path: string) => {
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
  return [answer.status, await answer.text()]
}

beforeAll(async () => {
  const shelves = createShelves()
  for (const path of ['/v1/meters', '/v1/meters/:id', '/v1/market/listings/:id'])
    shelves
      .at(path)
      .get(path, (request, response) => void response.send([path, ...Object.values(request.params)].join(' ')))
  app.use(shelves.serve)
  app.get('/v1/openapi.json', (_request, response) => void response.send('the document'))
  app.use((_request, response) => void response.status(404).send('nothing'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => server.close())

test('a path is answered by the route of its shelf, in any case and with a query, and else by what comes after', async () => {
  expect(await ask('/v1/meters')).toEqual([200, '/v1/meters'])
  expect(await ask('/v1/Meters/home-1?x=/v1/market')).toEqual([200, '/v1/meters/:id home-1'])
  expect(await ask('/v1/market/listings/7')).toEqual([200, '/v1/market/listings/:id 7'])
  expect(await ask('/v1/openapi.json')).toEqual([200, 'the document'])
  for (const path of ['/', '/v1', '/v1/', '/v1/meters/home-1/more', '/v1/markets', '/v2/meters', '/v1/__proto__'])
    expect([path, ...(await ask(path))]).toEqual([path, 404, 'nothing'])
})
