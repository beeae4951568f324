import { createServer, type RequestListener, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reachOf } from './address.ts'
import { guardedFetch } from './guarded-fetch.ts'

let server: Server
let port: number
const asked: string[] = []
const answer: RequestListener = (request, response) => {
  asked.push(`${request.method} ${request.url}`)
  if (request.url === '/elsewhere') return response.writeHead(302, { location: 'https://example.org/' }).end()
  if (request.url === '/inside') return response.writeHead(307, { location: 'http://169.254.169.254/' }).end()
  if (request.url === '/long') return response.end('x'.repeat(70_000))
  if (request.url === '/never') return undefined
  if (request.url === '/dripping') return response.write('x')
  return response.writeHead(200, { 'content-type': 'text/plain' }).end('hello')
}
beforeAll(async () => {
  server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as { port: number }).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const codeOf = (url: string, options: Parameters<typeof guardedFetch>[1] = {}): Promise<unknown> =>
  guardedFetch(url, options).then(
    () => 'fetched',
    (error: { code: string }) => error.code,
  )
const says = (...addresses: string[]) => ({
  resolveHost: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
})

test('a wallet on this machine is asked in development only', async () => {
  const response = await guardedFetch(`http://127.0.0.1:${port}/didcomm`, { allowLoopback: true, method: 'POST' })
  expect([response.status, await response.text(), response.headers.get('content-type')]).toEqual([
    200,
    'hello',
    'text/plain',
  ])
  expect(await codeOf(`https://127.0.0.1:${port}/`)).toBe('ERR_FETCH_ADDRESS')
  expect(await codeOf(`http://127.0.0.1:${port}/`)).toBe('ERR_FETCH_URL')
})

test.each([
  ['decimal', 'https://2130706433/'],
  ['octal', 'https://0177.0.0.1/'],
  ['hexadecimal', 'https://0x7f000001/'],
  ['short', 'https://127.1/'],
  ['with a dot at its end', 'https://127.0.0.1./'],
  ['in full-width digits', 'https://１２７.0.0.1/'],
  ['IPv6', 'https://[::1]/'],
  ['mapped into IPv6', 'https://[::ffff:127.0.0.1]/'],
  ['mapped into IPv6 in hexadecimal', 'https://[::ffff:7f00:1]/'],
  ['compatible with IPv6', 'https://[::7f00:1]/'],
  ['translated into IPv6', 'https://[64:ff9b::7f00:1]/'],
  ['tunnelled into IPv6', 'https://[2002:7f00:1::]/'],
  ['of a private network', 'https://10.1.2.3/'],
  ['of another private network', 'https://172.16.0.1/'],
  ['of a home network', 'https://192.168.1.1/'],
  ["of a cloud's metadata", 'https://169.254.169.254/latest/meta-data/'],
  ["of a cloud's metadata over IPv6", 'https://[fd00:ec2::254]/'],
  ['of everything', 'https://0.0.0.0/'],
  ['of everything over IPv6', 'https://[::]/'],
  ["of a provider's own network", 'https://100.64.0.1/'],
  ['of a link', 'https://[fe80::1]/'],
  ['of many', 'https://224.0.0.1/'],
])('an address %s is refused', async (_name, url) => {
  expect(await codeOf(url)).toBe('ERR_FETCH_ADDRESS')
})

test('in development an inside address other than the loopback is refused all the same', async () => {
  for (const url of ['http://169.254.169.254/', 'http://10.0.0.1/', 'http://[::ffff:127.0.0.1]/', 'http://0.0.0.0/']) {
    expect(await codeOf(url, { allowLoopback: true })).toBe('ERR_FETCH_ADDRESS')
  }
})

test('http is refused for a public host, in development too', async () => {
  expect(await codeOf('http://93.184.215.14/')).toBe('ERR_FETCH_URL')
  expect(await codeOf('http://93.184.215.14/', { allowLoopback: true })).toBe('ERR_FETCH_URL')
})

test.each([
  'ftp://example.org/',
  'file:///etc/passwd',
  'data:text/plain,x',
  'example.org',
  'https://',
  'https://user@example.org/',
  'https://:secret@example.org/',
  'https://example.org:22/',
  'https://example.org:25/',
  'https://example.org:80/',
])('%s is refused before its name is resolved', async (url) => {
  const resolveHost = async () => {
    throw new Error('resolved')
  }
  expect(await codeOf(url, { resolveHost })).toBe('ERR_FETCH_URL')
})

test('a list of ports replaces every port from 1024', async () => {
  expect(await codeOf('https://127.0.0.1:8443/', { ports: [8443] })).toBe('ERR_FETCH_ADDRESS')
  expect(await codeOf('https://127.0.0.1:9443/', { ports: [8443] })).toBe('ERR_FETCH_URL')
})

test('a name with an inside address is refused, even beside a public one', async () => {
  expect(await codeOf('https://wallet.example/', says('127.0.0.1'))).toBe('ERR_FETCH_ADDRESS')
  expect(await codeOf('https://wallet.example/', says('93.184.215.14', '10.0.0.1'))).toBe('ERR_FETCH_ADDRESS')
  expect(await codeOf('http://wallet.example/', { ...says('127.0.0.1', '10.0.0.1'), allowLoopback: true })).toBe(
    'ERR_FETCH_ADDRESS',
  )
  expect(await codeOf('https://wallet.example/', says())).toBe('ERR_FETCH_ADDRESS')
})

test('a name is resolved once, and the connection goes to the address that was checked', async () => {
  let times = 0
  const resolveHost = async () => {
    times += 1
    return [{ address: times === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]
  }
  const response = await guardedFetch(`http://changes.invalid:${port}/`, { allowLoopback: true, resolveHost })
  expect(await response.text()).toBe('hello')
  expect(times).toBe(1)
})

test('a redirect is refused, wherever it leads', async () => {
  const before = asked.length
  expect(await codeOf(`http://127.0.0.1:${port}/elsewhere`, { allowLoopback: true })).toBe('ERR_FETCH_REDIRECT')
  expect(await codeOf(`http://127.0.0.1:${port}/inside`, { allowLoopback: true })).toBe('ERR_FETCH_REDIRECT')
  expect(asked.slice(before)).toEqual(['GET /elsewhere', 'GET /inside'])
})

test('an answer that is too long, or too late from its first byte to its last, is refused', async () => {
  expect(await codeOf(`http://127.0.0.1:${port}/long`, { allowLoopback: true })).toBe('ERR_FETCH_SIZE')
  const options = { allowLoopback: true, timeoutMs: 150 }
  expect(await codeOf(`http://127.0.0.1:${port}/never`, options)).toBe('ERR_FETCH_TIMEOUT')
  expect(await codeOf(`http://127.0.0.1:${port}/dripping`, options)).toBe('ERR_FETCH_TIMEOUT')
  const resolveHost = () => new Promise<never>(() => {})
  expect(await codeOf('https://wallet.example/', { resolveHost, timeoutMs: 50 })).toBe('ERR_FETCH_TIMEOUT')
})

test('nobody there, and a name that does not exist, may be tried again; the refusal does not tell addresses', async () => {
  const error = await guardedFetch('http://127.0.0.1:1/', { allowLoopback: true }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'ERR_FETCH_UNREACHABLE', retryable: true })
  const inside = await guardedFetch('https://wallet.example/', says('10.9.8.7')).catch((thrown: unknown) => thrown)
  expect(inside).toMatchObject({ code: 'ERR_FETCH_ADDRESS', retryable: false })
  expect(String(inside)).not.toContain('10.9.8.7')
})

test('only plain unicast is public', () => {
  expect(['1.1.1.1', '2606:4700::1111', '127.9.9.9', '192.0.2.1', '2001:db8::1', 'nonsense'].map(reachOf)).toEqual([
    'public',
    'public',
    'loopback',
    'inside',
    'inside',
    'inside',
  ])
})
