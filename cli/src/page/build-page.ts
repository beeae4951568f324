import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { refusal } from '../failure.ts'
import { fingerprintOf, isCurrent, markCurrent } from './fingerprint.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const SOURCES = ['dapp', 'domain/src', 'contracts/abi', 'contracts/market-chain.ts', 'package-lock.json']
/** Says from which sources the built page was made. */
const MARK = join(ROOT, 'dapp', 'dist', '.made')

/** The folder that the API serves. */
export const PAGE_DIR = join(ROOT, 'dapp', 'dist')

/**
 * Builds the page when it is missing or older than its sources.
 * @throws ERR_PAGE with what the build printed
 */
export async function buildPage(say: (line: string) => void): Promise<void> {
  const fingerprint = await fingerprintOf(ROOT, SOURCES)
  if (await isCurrent(MARK, fingerprint)) return
  say('making the page …')
  const { code, output } = await viteBuild()
  if (code !== 0)
    throw refusal('ERR_PAGE', `The page could not be made (exit code ${code}); the build says:\n${output.trim()}`)
  await markCurrent(MARK, fingerprint)
}

function viteBuild(): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
    const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
      cwd: join(ROOT, 'dapp'),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes))
    child.once('error', (error) => resolve({ code: 127, output: String(error) }))
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
