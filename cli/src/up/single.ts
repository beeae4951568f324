import { createHash } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A name that one process at a time can listen on and that the kernel frees when that process dies, however it dies:
 * Linux's abstract sockets; elsewhere a socket file, taken over when nobody answers on it.
 */
function nameOf(home: string): { readonly path: string; readonly isFile: boolean } {
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 24)
  return process.platform === 'linux'
    ? { path: `\0opem-${hash}`, isFile: false }
    : { path: join(tmpdir(), `opem-${hash}.sock`), isFile: true }
}

const listen = (path: string) =>
  new Promise<Server | undefined>((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen(path, () => {
      server.unref()
      resolve(server)
    })
  })

const answers = (path: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

/**
 * Claims a data folder for this process.
 * @returns a function that lets it go, or undefined when another process holds it
 */
export async function claimHome(home: string): Promise<(() => void) | undefined> {
  const { path, isFile } = nameOf(home)
  let server = await listen(path)
  if (server === undefined && isFile && !(await answers(path))) {
    unlinkSync(path)
    server = await listen(path)
  }
  return server && (() => void server.close())
}
