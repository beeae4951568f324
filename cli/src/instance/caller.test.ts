import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { prepareAccess } from '../up/access/prepare.ts'
import { openCaller } from './caller.ts'

// A door that takes one access token at a time and gives the next one for the handle in force.
let home: string
let door: Server
let url: string
let accepted: string
let handle: string
/** How long a refresh takes, ms. */
let pauseMs: number
let away: boolean
let heard: { path: string; headers: IncomingHttpHeaders }[]

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'opem-caller-'))
  ;[accepted, handle, heard, pauseMs, away] = ['token-1', 'handle-1', [], 0, false]
  door = createServer((request, response) => {
    const path = request.url ?? ''
    heard.push({ path, headers: request.headers })
    let body = ''
    request.on('data', (part) => (body += part))
    request.on('end', () => {
      const answer = (status: number, value: object) => response.writeHead(status).end(JSON.stringify(value))
      if (path === '/v1/access/refresh') {
        if (away) return answer(503, { code: 'ERR_CHAIN_UNREACHABLE' })
        if (JSON.parse(body).refreshHandle !== handle) return answer(401, { code: 'ERR_REFRESH' })
        ;[accepted, handle] = ['token-2', 'handle-2']
        return setTimeout(() => answer(200, { accessToken: accepted, refreshHandle: handle }), pauseMs)
      }
      const bearer = request.headers.authorization
      if (bearer && bearer !== `Bearer ${accepted}`) return answer(401, { code: 'ERR_TOKEN' })
      return answer(200, { ok: true })
    })
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(door.address() as { port: number }).port}`
  mkdirSync(join(home, 'sessions'))
})
afterEach(() => {
  door.close()
  rmSync(home, { recursive: true })
})

const signedIn = (token: string) =>
  writeFileSync(
    join(home, 'sessions', 'ann.json'),
    JSON.stringify({ version: 1, api: url, browser: 'b', accessToken: token, refreshHandle: 'handle-1' }),
    { mode: 0o600 },
  )

test('in a folder without keys the command line is nobody', async () => {
  const ask = await openCaller(home)
  await ask(`${url}/v1/x`)
  expect(heard[0]!.headers).not.toHaveProperty('signature')
  expect(heard[0]!.headers).not.toHaveProperty('authorization')
})

test('beside a marketplace it signs with the marketplace’s own key', async () => {
  await prepareAccess(home, { demo: false })
  await (await openCaller(home))(`${url}/v1/x`)
  expect(heard[0]!.headers['signature-input']).toContain('tag="opem"')
})

test('as a wallet that is signed in it shows the access token, and no system key beside it', async () => {
  await prepareAccess(home, { demo: false })
  signedIn('token-1')
  await (await openCaller(home, 'ann'))(`${url}/v1/x`)
  expect(heard[0]!.headers.authorization).toBe('Bearer token-1')
  expect(heard[0]!.headers).not.toHaveProperty('signature')
})

test('a token that is over is changed for the next one, once for all who wait, and the file has it', async () => {
  signedIn('token-0')
  const ask = await openCaller(home, 'ann')
  const answers = await Promise.all([ask(`${url}/v1/x`), ask(`${url}/v1/y`)])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(heard.filter(({ path }) => path === '/v1/access/refresh')).toHaveLength(1)
  expect(JSON.parse(readFileSync(join(home, 'sessions', 'ann.json'), 'utf8'))).toMatchObject({
    ...{ accessToken: 'token-2', refreshHandle: 'handle-2', api: url, browser: 'b' },
  })
})

/** Asks as ann in a process of its own; the answer's status. */
const inProcess = () =>
  new Promise<string>((resolve, reject) => {
    const script = `import { openCaller } from ${JSON.stringify(new URL('./caller.ts', import.meta.url).href)}
const ask = await openCaller(${JSON.stringify(home)}, 'ann')
process.stdout.write(String((await ask(${JSON.stringify(`${url}/v1/x`)})).status))`
    execFile(process.execPath, ['--input-type=module', '-e', script], (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    )
  })

test('of several commands at once as one wallet one changes the token, and all go on with it', async () => {
  signedIn('token-0')
  pauseMs = 1500
  expect(await Promise.all([inProcess(), inProcess(), inProcess()])).toEqual(['200', '200', '200'])
  expect(heard.filter(({ path }) => path === '/v1/access/refresh')).toHaveLength(1)
  expect(readdirSync(join(home, 'sessions'))).toEqual(['ann.json'])
}, 30_000)

test('a lock that a killed command left behind bars nobody', async () => {
  signedIn('token-0')
  const lock = join(home, 'sessions', 'ann.json.lock')
  writeFileSync(lock, 'somebody')
  utimesSync(lock, Date.now() / 1000 - 11, Date.now() / 1000 - 11)
  expect((await (await openCaller(home, 'ann'))(`${url}/v1/x`)).status).toBe(200)
  expect(existsSync(lock)).toBe(false)
})

test('a door that cannot answer now does not end the session', async () => {
  signedIn('token-0')
  away = true
  const ask = await openCaller(home, 'ann')
  await expect(ask(`${url}/v1/x`)).rejects.toMatchObject({ code: 'ERR_SESSION_REFRESH' })
  away = false
  expect((await ask(`${url}/v1/x`)).status).toBe(200)
})

test('a session that is over is said to be so', async () => {
  signedIn('token-0')
  handle = 'another'
  await expect((await openCaller(home, 'ann'))(`${url}/v1/x`)).rejects.toMatchObject({ code: 'ERR_SESSION_OVER' })
})

test('tokens go to the API that gave them, and to no other', async () => {
  signedIn('token-1')
  const ask = await openCaller(home, 'ann')
  await expect(ask('http://127.0.0.1:9/v1/x')).rejects.toMatchObject({ code: 'ERR_SESSION_API' })
  expect(heard).toEqual([])
})

test('nobody is signed in by a name alone', async () => {
  await expect(openCaller(home, 'bob')).rejects.toMatchObject({ code: 'ERR_SESSION_MISSING' })
})
