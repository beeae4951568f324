import { type Allocation, evenBatch, settleEvenBatch, settlePeriod, Wh } from '@opem/domain'
import { evenInPlainBigInts } from './plain-bigint.ts'
import { streamHours } from './stream.ts'

const MEMBERS = 100
const PERIODS_PER_BATCH = 2_000
const BATCHES = 20
const PLAIN_PERIODS = 2_000
const RUNS = 5
const EVEN: Allocation = { key: 'even' }

interface Row {
  readonly name: string
  readonly memberPeriods: number
  readonly perSecond: number
}

/** Households with sun by day: a repeatable walk, so that every run settles the same books. */
function fill(batch: ReturnType<typeof evenBatch>, seed: number): void {
  let state = seed >>> 0
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  for (let row = 0; row < batch.members * batch.periods; row++) {
    const hour = (Math.floor(row / batch.members) % 24) - 6
    const sun = hour > 0 && hour < 12 ? Math.sin((hour / 12) * Math.PI) : 0
    const produced = row % 3 === 0 ? Math.floor(5_000 * sun * random()) : 0
    const used = Math.floor(200 + 1_500 * random())
    batch.energyImport[row] = Math.max(0, used - produced)
    batch.energyExport[row] = Math.max(0, produced - used)
  }
}

function median(run: () => number): number {
  const rates = Array.from({ length: RUNS }, run).sort((a, b) => a - b)
  return rates[Math.floor(RUNS / 2)]!
}

/** Member-periods per second of `work`, which settles `memberPeriods` of them. */
function rate(memberPeriods: number, work: () => void): number {
  const before = process.hrtime.bigint()
  work()
  return memberPeriods / (Number(process.hrtime.bigint() - before) / 1e9)
}

function same(batch: ReturnType<typeof evenBatch>): void {
  for (let period = 0; period < 50; period++) {
    const row = period * MEMBERS
    const slice = (column: Float64Array): bigint[] => Array.from(column.subarray(row, row + MEMBERS), BigInt)
    const plain = evenInPlainBigInts(slice(batch.energyImport), slice(batch.energyExport), batch.firstPeriod + period)
    if (slice(batch.bought).join() !== plain.bought.join() || slice(batch.sold).join() !== plain.sold.join())
      throw new Error(`period ${period} of the batch is not what plain BigInts give`)
  }
}

/**
 * Speed of the even key on one core: the columns, `settlePeriod` (the same columns for one period with values of units, what the
 * oracle and `opem settle` call), and a plain BigInt version, on the same books in the same run. Then `opem settle` itself on a
 * file and on one four times as long: its memory does not grow with the number of periods.
 */
export async function run(): Promise<Record<string, unknown>> {
  const batch = evenBatch(MEMBERS, PERIODS_PER_BATCH, 400_000)
  fill(batch, 1)
  settleEvenBatch(batch)
  same(batch)
  const columns = median(() =>
    rate(MEMBERS * PERIODS_PER_BATCH * BATCHES, () => {
      for (let i = 0; i < BATCHES; i++) settleEvenBatch(batch)
    }),
  )
  const books = Array.from({ length: PLAIN_PERIODS }, (_, period) =>
    Array.from({ length: MEMBERS }, (__, i) => ({
      member: String(i).padStart(4, '0'),
      energyImport: Wh(batch.energyImport[period * MEMBERS + i]!),
      energyExport: Wh(batch.energyExport[period * MEMBERS + i]!),
    })),
  )
  const objects = median(() =>
    rate(MEMBERS * PLAIN_PERIODS, () => {
      books.forEach((book, i) => {
        settlePeriod({ start: (400_000 + i) * 3600, seconds: 3600 }, book, EVEN)
      })
    }),
  )
  const plain = median(() =>
    rate(MEMBERS * PLAIN_PERIODS, () => {
      books.forEach((book, i) => {
        evenInPlainBigInts(
          book.map((member) => member.energyImport),
          book.map((member) => member.energyExport),
          400_000 + i,
        )
      })
    }),
  )
  const rows: readonly Row[] = [
    { name: 'columns (settleEvenBatch)', memberPeriods: MEMBERS * PERIODS_PER_BATCH * BATCHES, perSecond: columns },
    { name: 'settlePeriod', memberPeriods: MEMBERS * PLAIN_PERIODS, perSecond: objects },
    { name: 'plain BigInt', memberPeriods: MEMBERS * PLAIN_PERIODS, perSecond: plain },
  ]
  console.log(`even key, ${MEMBERS} members, one core, median of ${RUNS} runs`)
  for (const { name, memberPeriods, perSecond } of rows)
    console.log(
      `  ${name.padEnd(28)}${(perSecond / 1e6).toFixed(2).padStart(8)} M member-periods/s   ${(perSecond / plain).toFixed(1).padStart(6)} × plain   (${memberPeriods} each run)`,
    )
  const [short, long] = [await streamHours(10_000), await streamHours(40_000)]
  for (const { rows: count, seconds, memory } of [short, long])
    console.log(
      `  opem settle, file of ${count.toLocaleString('en')} rows: ${(count / seconds / 1e6).toFixed(2)} M rows/s read, settled and printed, at most ${(memory / 1e6).toFixed(0)} MB of memory`,
    )
  return {
    bench: 'settle',
    members: MEMBERS,
    memberPeriodsPerSecond: Math.round(columns),
    settlePeriodPerSecond: Math.round(objects),
    plainBigIntPerSecond: Math.round(plain),
    timesPlain: Number((columns / plain).toFixed(1)),
    fileRowsPerSecond: Math.round(long.rows / long.seconds),
    memoryOfShortFile: short.memory,
    memoryOfLongFile: long.memory,
    target: 5_000_000,
    met: objects >= 5_000_000,
  }
}
