import { main } from '../main.ts'
import { buildPage } from './generate.ts'

/** `npm start`: builds the page when it is not current, then `opem up` in the foreground. */
export async function start(args: readonly string[]): Promise<number> {
  const built = await buildPage()
  if (built !== 0) return built
  await main([process.execPath, 'opem', 'up', ...args])
  return Number(process.exitCode ?? 0)
}
