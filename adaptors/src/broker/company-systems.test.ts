import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSystemKey } from '@opem/ssi/http-signature'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../testing/until.ts'
import { openCompanySystems } from './company-systems.ts'

test('companies’ systems are asked for again and again, kept while the API is away, and forgotten at last', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'opem-companies-'))
  const { publicJwk } = await createSystemKey(join(dir, 'key'))
  const system = (id: string) => ({
    ...{ id, scopes: ['readings'], meters: ['*'] },
    authentication: { kind: 'signature', publicKey: publicJwk },
  })
  let answer: { status: number; systems: unknown[] } = { status: 200, systems: [system('one')] }
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(answer.status).end(JSON.stringify({ systems: answer.systems }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const lines: string[] = []
  const companies = openCompanySystems({
    ...{ apiUrl: `http://127.0.0.1:${port}`, fetch, every: 20, keepFor: 400 },
    log: (line) => lines.push(line),
  })
  onTestFinished(async () => {
    companies.close?.()
    server.close()
    await rm(dir, { recursive: true })
  })
  await companies.asked
  expect(asked).toEqual(['/v1/systems'])
  // A company's system that reads for every meter is no ingest.
  expect(companies.byId('one')).toMatchObject({ meters: ['*'], subscribes: false })
  answer = { status: 200, systems: [system('two')] }
  await until(() => companies.byId('two') !== undefined, 'the next answer')
  expect(companies.byId('one')).toBe(undefined)
  answer = { status: 503, systems: [] }
  await until(() => lines.length === 1, 'the API is away')
  expect(companies.byId('two')).toBeDefined()
  await until(() => companies.byId('two') === undefined, 'it is forgotten')
  answer = { status: 200, systems: [system('two')] }
  await until(() => companies.byId('two') !== undefined, 'it is known again')
  expect(lines).toEqual([
    'the systems of companies cannot be asked for now: the API answered 503',
    'the systems of companies are known again',
  ])
})
