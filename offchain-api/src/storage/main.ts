/**
 * The content store's process: files by CID on loopback, with Kubo's RPC.
 * Environment: OPEM_CONTENT_DIR (data folder), OPEM_CONTENT_PORT (default 8404).
 */
import { createServer } from 'node:http'
import { openContentStore } from './content-store.ts'
import { createContentServer } from './server.ts'

const dir = process.env.OPEM_CONTENT_DIR
const port = Number(process.env.OPEM_CONTENT_PORT ?? 8404)
if (!dir) {
  console.error('content: OPEM_CONTENT_DIR is not set; it names the folder that holds the content')
  process.exit(2)
}
const server = createServer(createContentServer(await openContentStore(dir)))
server.on('error', (cause) => {
  console.error(`content: cannot listen on 127.0.0.1:${port}: ${cause.message}; choose another OPEM_CONTENT_PORT`)
  process.exit(1)
})
server.listen(port, '127.0.0.1', () => {
  const address = server.address()
  console.log(`ready content http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`)
})
const close = () => {
  server.close(() => process.exit(0))
  setInterval(() => server.closeIdleConnections(), 50)
}
process.once('SIGTERM', close)
process.once('SIGINT', close)
