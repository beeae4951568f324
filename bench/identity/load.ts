/** What a load did: milliseconds of each piece of work that succeeded, and what went wrong, by its words. */
export interface Load {
  readonly milliseconds: readonly number[]
  readonly errors: Readonly<Record<string, number>>
  readonly perSecond: number
}

type Work = (turn: number) => Promise<void>

/**
 * Begins `perSecond` pieces of work each second, whether or not earlier ones have ended. Each counts from when it was due,
 * so that waiting behind a slow one is in its time.
 */
export async function paced(perSecond: number, seconds: number, work: Work): Promise<Load> {
  const count = perSecond * seconds
  const record = recorder()
  const began = performance.now()
  const running: Promise<void>[] = []
  for (let turn = 0; turn < count; turn++) {
    const due = began + (turn * 1000) / perSecond
    const early = due - performance.now()
    if (early > 1) await new Promise((resolve) => setTimeout(resolve, early))
    running.push(record.run(due, () => work(turn)))
  }
  await Promise.all(running)
  return record.load(performance.now() - began)
}

/** As many pieces of work as get done in `seconds` when `width` of them are always under way. */
export async function flatOut(width: number, seconds: number, work: Work): Promise<Load> {
  const record = recorder()
  const began = performance.now()
  let turn = 0
  const lane = async () => {
    while (performance.now() - began < seconds * 1000) {
      const mine = turn++
      await record.run(performance.now(), () => work(mine))
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
  return record.load(performance.now() - began)
}

/** `count` pieces of work, one after the other. */
export async function inTurn(count: number, work: Work): Promise<Load> {
  const record = recorder()
  const began = performance.now()
  for (let turn = 0; turn < count; turn++) await record.run(performance.now(), () => work(turn))
  return record.load(performance.now() - began)
}

function recorder() {
  const milliseconds: number[] = []
  const errors: Record<string, number> = {}
  return {
    async run(from: number, work: () => Promise<void>) {
      try {
        await work()
        milliseconds.push(performance.now() - from)
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error)
        errors[words] = (errors[words] ?? 0) + 1
      }
    },
    load: (took: number): Load => ({ milliseconds, errors, perSecond: round((milliseconds.length * 1000) / took) }),
  }
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN)
}

const round = (value: number): number => Math.round(value * 10) / 10
