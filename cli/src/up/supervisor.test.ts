import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Part, PartState } from './part.ts'
import { groupOf, identityOf, isAlive } from './process.ts'
import { endLeftovers, writeRun } from './run-file.ts'
import { type Supervisor, supervise } from './supervisor.ts'

let home: string
let lines: string[]
let states: readonly PartState[]
let running: Supervisor | undefined

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'opem-supervisor-'))
  lines = []
  states = []
})
afterEach(async () => {
  await running?.end()
  running = undefined
  rmSync(home, { recursive: true })
})

const PORT = 28_100

/** A stand-in for a part: answers on a port, notes its life in a file, starts a child of its own. */
function standIn(name: string, port: number, after: string[] = [], body = ''): Part {
  const file = join(home, `${name}.mjs`)
  writeFileSync(
    file,
    `import { createServer } from 'node:http'
     import { spawn } from 'node:child_process'
     import { appendFileSync } from 'node:fs'
     const note = (word) => appendFileSync(${JSON.stringify(join(home, 'life'))}, word + ' ${name}\\n')
     spawn('sleep', ['1000'], { stdio: 'ignore' })
     note('start')
     process.on('SIGTERM', () => { note('end'); process.exit(0) })
     ${body}
     createServer((_, answer) => answer.end('well')).listen(${port}, '127.0.0.1')`,
  )
  return {
    name,
    command: [file],
    url: `http://127.0.0.1:${port}`,
    probe: { kind: 'http', url: `http://127.0.0.1:${port}` },
    after,
  }
}

const start = (parts: Part[], slowAfter?: number) => {
  running = supervise(parts, {
    home,
    ...(slowAfter === undefined ? {} : { slowAfter }),
    env: {},
    say: (line) => lines.push(line),
    changed: (all) => {
      states = all
    },
  })
  return running
}

const stateOf = (name: string) => states.find((state) => state.name === name)
const life = () => (existsSync(join(home, 'life')) ? readFileSync(join(home, 'life'), 'utf8').trim().split('\n') : [])

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20))
}

test('parts start after those they wait for, and end in reverse', async () => {
  await start([standIn('late', PORT + 1, ['early']), standIn('early', PORT)]).ready
  expect(life()).toEqual(['start early', 'start late'])
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['early', 'late'])
  await running?.end()
  expect(life()).toEqual(['start early', 'start late', 'end late', 'end early'])
  expect(states.map(({ status }) => status)).toEqual(['stopped', 'stopped'])
})

test('a killed part comes back, a line says so, and nothing that it had started stays', async () => {
  await start([standIn('meter', PORT)]).ready
  const before = identityOf(stateOf('meter')?.pid ?? 0)
  const family = groupOf(before)
  expect(family.length).toBe(2)
  process.kill(before.pid, 'SIGKILL')
  await until(() => stateOf('meter')?.status === 'restarting')
  await until(() => stateOf('meter')?.status === 'ready')
  expect(stateOf('meter')?.pid).not.toBe(before.pid)
  expect(family.filter(isAlive)).toEqual([])
  expect(lines[1]).toMatch(/^meter +died \(signal SIGKILL\); restarting in 0\.3 s$/)
  expect(lines[2]).toMatch(/^meter +ready again/)
})

test('a part that cannot start ends the start, with its last words', async () => {
  const supervisor = start([standIn('broken', PORT, [], "console.error('no such database'); process.exit(3)")])
  await expect(supervisor.ready).rejects.toMatchObject({
    code: 'ERR_PART',
    shortMessage: expect.stringMatching(/broken did not start \(code 3\).*no such database/s),
  })
  expect(lines.length).toBe(3)
})

test('a part that another waits for and that never comes up leaves the other unstarted', async () => {
  const supervisor = start([standIn('broken', PORT, [], 'process.exit(3)'), standIn('other', PORT + 1, ['broken'])])
  await expect(supervisor.ready).rejects.toMatchObject({ code: 'ERR_PART' })
  expect(life()).not.toContain('start other')
})

test('what a killed supervisor left running is found by its record and ended', async () => {
  await start([standIn('meter', PORT)]).ready
  const leader = identityOf(stateOf('meter')?.pid ?? 0)
  // The record of a supervisor that is gone: no process has its start time.
  writeRun(home, { pid: process.pid, startTime: 1, parts: states })
  const record = states
  running = undefined
  expect(await endLeftovers(home)).toEqual(['meter'])
  expect(groupOf(leader)).toEqual([])
  // A number that a stranger has by now is not the part's: its start time differs.
  writeRun(home, {
    pid: process.pid,
    startTime: 1,
    parts: [{ ...record[0]!, ...identityOf(process.pid), startTime: 1e15 }],
  })
  expect(await endLeftovers(home)).toEqual([])
})

test('a part that takes its time is said to be still starting, before it is said to be ready', async () => {
  await start([standIn('slow', PORT + 1, [], 'await new Promise((done) => setTimeout(done, 600))')], 200).ready
  expect(lines.find((line) => line.startsWith('slow'))).toMatch(/^slow {7}still starting, 0\.\d s …$/)
  expect(lines.at(-1)).toMatch(/^slow {7}ready in /)
})
