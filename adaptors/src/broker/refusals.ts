export type RefusalCode =
  | 'ERR_BROKER_NOBODY'
  | 'ERR_BROKER_UNKNOWN'
  | 'ERR_BROKER_CERTIFICATE'
  | 'ERR_BROKER_PASSWORD'
  | 'ERR_BROKER_PASSWORD_EXPIRED'
  | 'ERR_BROKER_PASSWORD_USED'
  | 'ERR_BROKER_METER'
  | 'ERR_BROKER_TOPIC'
  | 'ERR_BROKER_SUBSCRIBE'
  | 'ERR_BROKER_REVOKED'

/**
 * Counts what the broker refused, and says it: the first of a kind at once, then each time their number has grown tenfold,
 * so that nobody fills the log. A line has the code and the id of a system the broker knows; never what was sent.
 */
export function countRefusals(log: (line: string) => void) {
  const counts = new Map<string, number>()
  const totals = new Map<RefusalCode, number>()
  return {
    /** @param system id of a known system; a stranger's claim is not repeated */
    refused(code: RefusalCode, system?: string): void {
      const who = system ?? 'a stranger'
      const key = counts.size > 1000 ? code : `${code} ${who}`
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      totals.set(code, (totals.get(code) ?? 0) + 1)
      if (/^10*$/.test(String(count))) log(`refused ${code} from ${who}${count === 1 ? '' : ` (${count} times)`}`)
    },
    counts: (): Readonly<Partial<Record<RefusalCode, number>>> => Object.fromEntries(totals),
  }
}

export type Refusals = ReturnType<typeof countRefusals>
