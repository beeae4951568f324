import { createConfig, lintFromString } from '@redocly/openapi-core'
import { expect, test } from 'vitest'
import { openApiDocument, operationId } from './openapi.ts'
import { routes } from './routes/index.ts'

const lint = async (document: object) => {
  const config = await createConfig({
    extends: ['recommended'],
    // Our servers are wherever the instance runs; every operation says 401 and 403 where its rule can refuse.
    rules: { 'no-server-example.com': 'off', 'operation-4xx-response': 'off' },
  })
  const problems = await lintFromString({ source: JSON.stringify(document), config, absoluteRef: 'openapi.json' })
  return problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`)
}

type Document = { paths: Record<string, Record<string, Record<string, unknown>>> }

test('the document is OpenAPI 3.1 as a linter reads it', async () => {
  expect(await lint(openApiDocument())).toEqual([])
})

test('the linter finds what is wrong', async () => {
  const broken = openApiDocument() as unknown as Document
  const operation = broken.paths['/v1/accounts/{account}']?.get as Record<string, unknown>
  operation.parameters = []
  expect((await lint(broken)).join()).toMatch(/path-parameters-defined/)
})

test('every operation has a name of its own, a place and a summary', () => {
  const { paths } = openApiDocument() as unknown as Document
  const operations = Object.values(paths).flatMap((path) => Object.values(path))
  expect(operations).toHaveLength(routes.length)
  expect(new Set(operations.map((one) => one.operationId)).size).toBe(routes.length)
  expect(operationId('post', '/v1/accounts/{account}/suspend')).toBe('postAccountsByAccountSuspend')
})

test('every POST that is not public takes an Idempotency-Key, and no other operation does', () => {
  const { paths } = openApiDocument() as unknown as Document
  const keyed = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, one]) => JSON.stringify(one.parameters).includes('#/components/parameters/IdempotencyKey'))
      .map(([method]) => `${method} ${path}`),
  )
  const expected = routes.filter(({ method, access }) => method === 'post' && access !== 'public')
  expect(keyed.sort()).toEqual(expected.map(({ method, path }) => `${method} ${path}`).sort())
})

test('whatever answers in pages is asked in pages', () => {
  const document = openApiDocument() as unknown as Document
  const paged = Object.entries(document.paths).filter(([, { get }]) => answersPage(get))
  expect(paged.map(([path]) => path)).toContain('/v1/notifications')
  for (const [path, { get }] of paged) {
    const names = ((get?.parameters ?? []) as { name?: string }[]).map(({ name }) => name)
    expect(names, path).toEqual(expect.arrayContaining(['after', 'limit']))
  }
})

function answersPage(operation: Record<string, unknown> | undefined): boolean {
  const text = JSON.stringify(operation?.responses ?? {})
  return text.includes('"items":{"type":"array"') && text.includes('"next":')
}
