import { OpemError } from '@opem/domain'

/** An environment variable, or its default when unset or empty. */
export const setting = (name: string, otherwise: string): string => process.env[name] || otherwise

/** Throws OpemError `ERR_SETTING` when the variable is no whole number in the range. */
export function numberSetting(name: string, otherwise: number, least: number, most: number): number {
  const text = process.env[name]
  if (!text) return otherwise
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new OpemError({
    code: 'ERR_SETTING',
    shortMessage: `${name}="${text}"; needed a whole number from ${least} to ${most}`,
  })
}

/** Runs `close` once on SIGTERM or SIGINT, then exits 0; a close that hangs for 10 s exits 1. */
export function onStop(close: () => Promise<void>): void {
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), 10_000).unref()
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/** One line for people, exit code 1. */
export function fail(name: string, error: unknown): never {
  const reason =
    error instanceof OpemError
      ? `${error.code}: ${error.shortMessage}`
      : error instanceof Error
        ? error.message
        : String(error)
  console.error(`${name}: ${reason}`)
  process.exit(1)
}
