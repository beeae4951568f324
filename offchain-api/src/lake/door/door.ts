import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip, createInflate } from 'node:zlib'
import { type Engine, quote } from './engine.ts'
import { toLakeError, trailingError } from './errors.ts'
import { insertFromFile, isRead, type LakeRequest, readRequest } from './request.ts'

const LONGEST_STATEMENT = 64 * 1024 * 1024

/**
 * ClickHouse's own HTTP interface in front of the embedded engine: the stock client talks to it as to a server, so that
 * growing into a cluster changes one URL. No users and no row policies: permissions are the unified API's.
 */
export function createDoor(engine: Engine, spoolDir: string): Server {
  const server = createServer({ maxHeaderSize: 256 * 1024 }, (request, response) => {
    answer(engine, spoolDir, request, response).catch((cause) => fail(response, cause))
  })
  server.requestTimeout = 0 // a bulk insert may take as long as it takes
  server.keepAliveTimeout = 10_000
  return server
}

async function answer(engine: Engine, spoolDir: string, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '/', 'http://lake')
  if (url.pathname === '/ping') return response.end('Ok.\n')
  if (url.pathname !== '/') return response.writeHead(404).end('There is no handler.\n')

  const statement = url.searchParams.get('query')
  const hasData = statement !== null && request.method === 'POST'
  if (hasData && !isMultipart(request)) {
    const lakeRequest = readRequest(url, statement, [])
    return insertFromFile(statement, "''") === undefined
      ? reply(engine, { ...lakeRequest, sql: `${statement}\n${await readText(request)}` }, response)
      : insert(engine, spoolDir, lakeRequest, request, response)
  }
  if (isMultipart(request)) {
    const fields = await readFields(request)
    const sql = statement ?? fields.get('query') ?? ''
    fields.delete('query')
    return reply(engine, readRequest(url, sql, fields), response)
  }
  return reply(engine, readRequest(url, statement ?? (await readText(request)), []), response)
}

/** Spools the rows to a file first: an insert that breaks off half way leaves nothing behind. */
async function insert(
  engine: Engine,
  spoolDir: string,
  { sql, state, queryId }: LakeRequest,
  request: IncomingMessage,
  response: ServerResponse,
) {
  await mkdir(spoolDir, { recursive: true })
  const path = join(spoolDir, randomUUID())
  try {
    const file = createWriteStream(path)
    await pipeline([decoded(request), file])
    if (file.bytesWritten > 0) {
      const statement = insertFromFile(sql, quote(path))
      await engine.use(state, (connection) => connection.run(String(statement), 'Null'))
    }
    response.writeHead(200, headers(queryId)).end()
  } finally {
    await rm(path, { force: true })
  }
}

async function reply(engine: Engine, request: LakeRequest, response: ServerResponse) {
  const { sql, state, format, queryId, gzip } = request
  await engine.use(state, async (connection) => {
    if (!isRead(sql)) {
      const result = await connection.run(sql, format)
      response.writeHead(200, headers(queryId)).end(result.bytes())
      return
    }
    const rows = connection.stream(sql, format)[Symbol.asyncIterator]()
    const first = await rows.next() // an error before the first rows still gets its own status
    const tag = randomBytes(8).toString('hex')
    response.writeHead(200, {
      ...headers(queryId),
      'X-ClickHouse-Exception-Tag': tag,
      ...(gzip ? { 'Content-Encoding': 'gzip' } : {}),
    })
    async function* body() {
      try {
        for (let next = first; !next.done; next = await rows.next()) yield next.value.raw()
      } catch (cause) {
        yield Buffer.from(trailingError(tag, toLakeError(cause)))
      } finally {
        await rows.return?.()
      }
    }
    const source = Readable.from(body(), { objectMode: false })
    // A reader that went away is no error of the lake; the stream is cancelled and the connection given back.
    await (gzip ? pipeline(source, createGzip(), response) : pipeline(source, response)).catch(() => undefined)
  })
}

async function fail(response: ServerResponse, cause: unknown) {
  const error = toLakeError(cause)
  if (response.headersSent || response.destroyed) return void response.destroy()
  response.writeHead(error.status, { ...headers(undefined), 'X-ClickHouse-Exception-Code': String(error.code) })
  response.end(error.text)
  await once(response, 'finish').catch(() => undefined)
}

const headers = (queryId: string | undefined) => ({
  'Content-Type': 'text/plain; charset=UTF-8',
  'X-ClickHouse-Query-Id': queryId ?? randomUUID(),
})

const isMultipart = (request: IncomingMessage) => /^multipart\/form-data/i.test(request.headers['content-type'] ?? '')

function decoded(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding']
  if (encoding === 'gzip') return request.pipe(createGunzip())
  if (encoding === 'deflate') return request.pipe(createInflate())
  return request
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of decoded(request) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > LONGEST_STATEMENT)
      throw new Error(`Code: 62. DB::Exception: A statement may be ${LONGEST_STATEMENT} bytes long. (SYNTAX_ERROR)`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function readFields(request: IncomingMessage): Promise<Map<string, string>> {
  const type = request.headers['content-type'] ?? ''
  const form = await new Response(await readText(request), { headers: { 'content-type': type } }).formData()
  return new Map([...form].filter((field): field is [string, string] => typeof field[1] === 'string'))
}
