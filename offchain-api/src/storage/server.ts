import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import express, { type Response as Answer, type Express, type NextFunction, type Request } from 'express'
import { guardHost } from '../unified-api/guard.ts'
import { createPlace } from '../unified-api/place/place.ts'
import { parseNetworks } from '../unified-api/place/proxies.ts'
import { Refusal } from '../unified-api/problem.ts'
import { type CidOptions, ContentNotFound, type ContentStore, KUBO_CID } from './content-store.ts'

const LARGEST_ADD = 64 * 1024 * 1024

/** Kubo's RPC as far as graph-node and kubo-rpc-client need it: add, cat, block/get, pin/add, version; POST only, as Kubo. */
export function createContentServer(store: ContentStore): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(guardHost(createPlace({ publicUrl: undefined, proxies: parseNetworks('') })))
  app.post('/api/v0/version', (_request, response) => {
    response.json({ Version: '0.30.0', Commit: '', Repo: '15', System: 'opem', Golang: '' })
  })
  app.post('/api/v0/add', express.raw({ type: () => true, limit: LARGEST_ADD }), async (request, response) => {
    const added = await store.add(await filesOf(request), cidOptions(request))
    response.set('X-Chunked-Output', '1').type('application/json')
    for (const { name, cid, size } of added)
      response.write(`${JSON.stringify({ Name: name || cid, Hash: cid, Size: String(size) })}\n`)
    response.end()
  })
  app.post('/api/v0/cat', async (request, response) => {
    const chunks = store.cat(argument(request))[Symbol.asyncIterator]()
    const first = await chunks.next() // unknown content is an answer, not half a file
    async function* body() {
      for (let next = first; !next.done; next = await chunks.next()) yield next.value
    }
    response.type('application/octet-stream').set('X-Content-Type-Options', 'nosniff')
    await pipeline(Readable.from(body(), { objectMode: false }), response)
  })
  app.post('/api/v0/block/get', async (request, response) => {
    response.type('application/octet-stream').send(Buffer.from(await store.block(argument(request))))
  })
  app.post('/api/v0/pin/add', async (request, response) => {
    await store.block(argument(request)) // everything stays, so what is here is pinned
    response.json({ Pins: [argument(request)] })
  })
  app.use((cause: unknown, _request: Request, response: Answer, _next: NextFunction) => {
    if (response.headersSent) return void response.destroy()
    const message = cause instanceof Error ? cause.message : 'unknown error'
    const status = cause instanceof Refusal ? cause.status : isTooLarge(cause) ? 413 : 500
    // As Kubo: every refusal of a command is a 500 with a message.
    response.status(status).json({ Message: message, Code: cause instanceof ContentNotFound ? 1 : 0, Type: 'error' })
  })
  return app
}

const isTooLarge = (cause: unknown) => cause instanceof Error && 'type' in cause && cause.type === 'entity.too.large'

function argument(request: Request): string {
  const { arg } = request.query
  if (typeof arg !== 'string' || arg === '') throw new Refusal(400, 'ERR_ARGUMENT', 'argument "ipfs-path" is required')
  return arg
}

function cidOptions({ query }: Request): CidOptions {
  if (query.chunker !== undefined && query.chunker !== 'size-262144')
    throw new Refusal(400, 'ERR_CHUNKER', 'only chunker=size-262144 is served: one file has one CID')
  const version = query['cid-version'] === '1' ? 1 : KUBO_CID.version
  // Kubo turns raw leaves on with CIDv1 unless told otherwise.
  return { version, rawLeaves: query['raw-leaves'] === undefined ? version === 1 : query['raw-leaves'] === 'true' }
}

async function filesOf(request: Request): Promise<{ name: string; content: Uint8Array }[]> {
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data'))
    throw new Refusal(400, 'ERR_MEDIA_TYPE', 'send files as multipart/form-data')
  const form = await new Response(request.body, { headers: { 'content-type': type } }).formData().catch(() => {
    throw new Refusal(400, 'ERR_BODY', 'the multipart body cannot be read')
  })
  const files = []
  for (const [field, value] of form) {
    if (typeof value === 'string') files.push({ name: nameOf(field), content: Buffer.from(value) })
    else if (value.type !== 'application/x-directory')
      files.push({ name: nameOf(value.name), content: new Uint8Array(await value.arrayBuffer()) })
  }
  if (files.length === 0) throw new Refusal(400, 'ERR_BODY', 'file argument "path" is required')
  return files
}

// Clients percent-encode file names; a plain upload of one file has none worth keeping.
function nameOf(name: string): string {
  if (/^(file|data|path|blob)$/.test(name)) return ''
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
