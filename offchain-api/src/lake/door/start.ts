import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createDoor } from './door.ts'
import { openEngine } from './engine.ts'

/** Runs the lake until SIGTERM or SIGINT, then drains: what has been acknowledged is on disk. */
export async function start({ dir, port, connections }: { dir: string; port: number; connections: number }) {
  const spool = join(dir, 'spool')
  await rm(spool, { recursive: true, force: true }) // left by a kill; nothing in it was acknowledged
  const engine = openEngine(join(dir, 'data'), connections)
  const server = createDoor(engine, spool)
  server.listen(port, '127.0.0.1', () => {
    const address = server.address()
    console.log(`ready lake http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`)
  })
  server.on('error', (cause) => {
    console.error(`lake: cannot listen on 127.0.0.1:${port}: ${cause.message}; choose another OPEM_LAKE_PORT`)
    process.exitCode = 1
    void engine.close().then(() => process.exit())
  })
  let closing = false
  const close = () => {
    if (closing) return
    closing = true
    server.closeIdleConnections()
    server.close(() => void engine.close().then(() => process.exit(0)))
    const sweep = setInterval(() => server.closeIdleConnections(), 50)
    sweep.unref()
  }
  process.on('SIGTERM', close)
  process.on('SIGINT', close)
}
