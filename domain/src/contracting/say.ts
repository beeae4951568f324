const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]

const two = (value: number): string => String(value).padStart(2, '0')

/** An instant in UTC as people write it. @example when(1_796_083_200) // '1 December 2026, 00:00 UTC' */
export function when(epoch: number): string {
  const at = new Date(epoch * 1000)
  const day = `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`
  const seconds = at.getUTCSeconds() === 0 ? '' : `:${two(at.getUTCSeconds())}`
  return `${day}, ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}${seconds} UTC`
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** A length of time, exactly, in at most two units where that is possible. @example span(2_592_000) // '30 days' */
export function span(seconds: number): string {
  const parts: string[] = []
  let rest = seconds
  for (const [name, size] of UNITS) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`)
  }
  return parts.length === 0 ? '0 seconds' : parts.join(' and ')
}

/** µEUR as people write euros: cents, and more decimals only where they are needed. @example money(20_000n) // '0.02 EUR' */
export function money(microEur: bigint): string {
  const digits = microEur.toString().padStart(7, '0')
  return `${digits.slice(0, -6)}.${digits.slice(-6).replace(/0{1,4}$/, '')} EUR`
}
