import type { AddressInfo } from 'node:net'
import express from 'express'

// What any Express application costs: one route, one constant.
const app = express()
app.disable('x-powered-by')
app.set('etag', false)
app.get('/{*path}', (_request, response) => void response.json({ items: [], next: null }))
const server = app.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
