import { main } from '../main.ts'

/** `npm start`: `opem up` in the foreground. */
export async function start(args: readonly string[]): Promise<number> {
  await main([process.execPath, 'opem', 'up', ...args])
  return Number(process.exitCode ?? 0)
}
