import { createServer } from 'node:http'
import type { MeterReading, RejectedRow } from '../harmonise/meter-reading.ts'

/** Answers `POST /v1/readings` and `/v1/rejected` as the unified API does, keeps claims once, and can be made to fail. */
export async function startRecordingApi(port = 0) {
  const claims = new Map<string, MeterReading>()
  const rejected: RejectedRow[] = []
  let requests = 0
  let failing = 0
  let failure = { status: 503, code: 'ERR_AWAY' }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      requests++
      if (failing > 0) {
        failing--
        response.writeHead(failure.status).end(JSON.stringify({ code: failure.code, detail: 'refused' }))
        return
      }
      const { readings = [], rejected: rows = [] } = JSON.parse(body) as {
        readings?: MeterReading[]
        rejected?: RejectedRow[]
      }
      let duplicates = 0
      for (const reading of readings) {
        const { knownAt, ...claim } = reading
        const key = JSON.stringify(claim)
        if (claims.has(key)) duplicates++
        else claims.set(key, reading)
      }
      rejected.push(...rows)
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ accepted: readings.length - duplicates, duplicates, rejected: [] }))
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  const actual = typeof address === 'object' && address ? address.port : port
  return {
    port: actual,
    url: `http://127.0.0.1:${actual}`,
    readings: () => [...claims.values()],
    rejected,
    requests: () => requests,
    fail: (times: number, how = { status: 503, code: 'ERR_AWAY' }) => {
      failing = times
      failure = how
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
