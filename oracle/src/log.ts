/**
 * One JSON object per line on standard output. What goes in is for operators: community ids, periods, codes, hashes.
 * Never a reading, a salt key or a name: logs travel further than the lake.
 */
export interface Log {
  info(event: string, fields?: Record<string, unknown>): void
  warn(event: string, fields?: Record<string, unknown>): void
}

export function openLog(
  node: string,
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Log {
  const repeats = new Map<string, string>()
  const line = (level: string, event: string, fields: Record<string, unknown>) =>
    write(JSON.stringify({ time: new Date().toISOString(), level, node, event, ...fields }, plain))
  return {
    info(event, fields = {}) {
      repeats.delete(topic(event, fields))
      line('info', event, fields)
    },
    // A fault that lasts is polled every second: it is told when it begins and when its words change, not each time.
    warn(event, fields = {}) {
      const text = JSON.stringify(fields, plain)
      if (repeats.get(topic(event, fields)) === text) return
      if (repeats.size > 1000) repeats.clear()
      repeats.set(topic(event, fields), text)
      line('warn', event, fields)
    },
  }
}

const topic = (event: string, fields: Record<string, unknown>) =>
  `${event} ${fields.community ?? ''} ${fields.peer ?? ''}`
const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)
