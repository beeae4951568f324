import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { generateWhatIsStale } from './generate.ts'
import { ROOT } from './run.ts'

/** `npm start`: makes what is missing, then `opem up` in the foreground. */
export async function start(args: readonly string[]): Promise<number> {
  const generated = await generateWhatIsStale({ page: true })
  if (generated !== 0) return generated
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'cli', 'bin', 'opem.mjs'), 'up', ...args], {
      cwd: ROOT,
      stdio: 'inherit',
    })
    process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
    process.on('SIGTERM', () => child.kill('SIGTERM'))
    child.on('error', () => resolve(127))
    child.on('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)))
  })
}
