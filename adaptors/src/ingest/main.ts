/**
 * Ingest as a process: live telegrams from MQTT into the lake.
 *
 * OPEM_MQTT_URL               broker; default mqtt://127.0.0.1:8405
 * OPEM_API_URL                unified API; default http://127.0.0.1:8400
 * OPEM_INGEST_SYSTEM_KEY_FILE  signs what ingest sends to the API, and proves it to the broker
 * OPEM_INGEST_PORT            health endpoint on 127.0.0.1; default 8414
 * OPEM_INGEST_DIR             folder for the registers last seen; default `$OPEM_HOME/ingest`
 * OPEM_INGEST_PERIOD_SECONDS  length of readings made from registers: 300, 900, 1800 or 3600; default 900
 * OPEM_HOME                   default `.opem`
 *
 * GET /health answers 200 with counts once the broker was reached (status says what it waits for), 503 before.
 */
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { OpemError } from '@opem/domain'
import { createSignedFetch, openSystemKey } from '@opem/ssi/http-signature'
import { unifiedApi } from '../deliver/unified-api.ts'
import { type MeterReading, PERIOD_SECONDS } from '../harmonise/meter-reading.ts'
import { brokerLogin } from '../mqtt/password.ts'
import { fail, numberSetting, onStop, setting } from '../process/process.ts'
import { openRegisterMemory } from './register-memory.ts'
import { startIngest } from './start-ingest.ts'

try {
  const mqttUrl = setting('OPEM_MQTT_URL', 'mqtt://127.0.0.1:8405')
  const apiUrl = setting('OPEM_API_URL', 'http://127.0.0.1:8400')
  const port = numberSetting('OPEM_INGEST_PORT', 8414, 0, 65_535)
  const dir = setting('OPEM_INGEST_DIR', join(setting('OPEM_HOME', '.opem'), 'ingest'))
  const seconds = numberSetting('OPEM_INGEST_PERIOD_SECONDS', 900, 300, 3600)
  if (!PERIOD_SECONDS.has(seconds)) {
    throw new OpemError({
      code: 'ERR_SETTING',
      shortMessage: `OPEM_INGEST_PERIOD_SECONDS=${seconds}; needed 300, 900, 1800 or 3600`,
    })
  }
  await mkdir(dir, { recursive: true })
  const keyFile = setting('OPEM_INGEST_SYSTEM_KEY_FILE', '')
  const key = keyFile ? await openSystemKey(keyFile) : undefined
  const stopping = new AbortController()
  let reached = false
  const ingest = startIngest({
    mqttUrl,
    ...(key && { login: async () => brokerLogin(key) }),
    api: unifiedApi({
      url: apiUrl,
      patience: 5_000,
      signal: stopping.signal,
      ...(key && { fetch: createSignedFetch(key) }),
    }),
    memory: await openRegisterMemory(dir, seconds),
    seconds: seconds as MeterReading['seconds'],
    now: () => Math.floor(Date.now() / 1000),
    log: (line) => console.error(`ingest: ${line}`),
    onConnected() {
      if (!reached) console.log(`ready ingest ${mqttUrl} → ${apiUrl}`)
      reached = true
    },
  })
  const server = createServer((request, response) => {
    const found = request.method === 'GET' && request.url === '/health'
    response.writeHead(found ? (reached ? 200 : 503) : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(found ? ingest.health() : { code: 'ERR_NOT_FOUND' }))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  onStop(async () => {
    stopping.abort()
    await ingest.close()
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })
} catch (error) {
  fail('ingest', error)
}
