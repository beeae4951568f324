import { createServer } from 'node:net'

/** Who listens on a loopback port: undefined when it is free, else a few words about it. */
export function whoHolds(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRINUSE' ? 'another program' : (error.code ?? error.message)),
    )
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
}
