import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { OpemError } from '@opem/domain'
import { ENCRYPTED_MEDIA_TYPE } from '../didcomm/index.ts'
import type { CloudWallet } from './cloud-wallet.ts'

export interface ServeOptions {
  /** The address to listen on; 127.0.0.1 when left out: TLS is for the proxy before it. */
  readonly host?: string
  /** 0 takes a free one. */
  readonly port: number
}

// An Account credential with its 200 contracts has some 110 kB as a message.
const MAX_BYTES = 262_144
const HEADERS_MS = 5_000
const REQUEST_MS = 10_000

/** Serves a company's wallet: `POST /didcomm` takes sealed messages and answers them, `GET /health` says that it is there. */
export async function serveWallet(
  wallet: CloudWallet,
  { host = '127.0.0.1', port }: ServeOptions,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer({ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS }, (request, response) => {
    handle(wallet, request, response).catch((error: unknown) => {
      const busy = error instanceof OpemError && error.retryable
      problem(response, busy ? 503 : 500, error instanceof OpemError ? error.code : 'ERR_UNEXPECTED')
    })
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new OpemError({
          code: 'ERR_WALLET_PORT',
          shortMessage: `The wallet cannot listen on ${host}:${port} (${cause.code}): choose another with --port.`,
          cause,
        }),
      ),
    )
    server.listen(port, host, resolve)
  })
  const bound = server.address() as { port: number }
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function handle(wallet: CloudWallet, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?')[0]
  if (request.method === 'GET' && path === '/health') return json(response, 200, { status: 'ready', did: wallet.did })
  if (path !== '/didcomm') return problem(response, 404, 'ERR_NOT_FOUND')
  if (request.method !== 'POST') return problem(response, 405, 'ERR_METHOD')
  if (request.headers['content-type']?.split(';')[0] !== ENCRYPTED_MEDIA_TYPE) {
    return problem(response, 415, 'ERR_MEDIA_TYPE')
  }
  const body = await bodyOf(request)
  if (body === undefined) return problem(response, 413, 'ERR_TOO_LARGE')
  const answer = await wallet.answer(body)
  if (!answer.ok) return problem(response, answer.code === 'ERR_DIDCOMM_STRANGER' ? 403 : 400, answer.code)
  response.writeHead(200, { 'content-type': ENCRYPTED_MEDIA_TYPE }).end(answer.value)
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > MAX_BYTES) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

const json = (response: ServerResponse, status: number, value: unknown, type = 'application/json'): void => {
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(value))
}

/** The code only: a stranger learns nothing about what the wallet holds. */
const problem = (response: ServerResponse, status: number, code: string): void => {
  if (response.headersSent) return void response.end()
  json(response, status, { type: 'about:blank', title: code, status, code }, 'application/problem+json')
}
