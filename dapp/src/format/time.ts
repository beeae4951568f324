const formats = new Map<string, Intl.DateTimeFormat>()

function format(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = timeZone + JSON.stringify(options)
  let found = formats.get(key)
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-GB', { timeZone, ...options })
    formats.set(key, found)
  }
  return found
}

const at = (epoch: number) => new Date(epoch * 1000)

/** Wall clock of an instant. @example clock(1433131200, 'Australia/Sydney') // '14:00' */
export const clock = (epoch: number, timeZone: string): string =>
  format(timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at(epoch))

/**
 * Labels of period starts, in time order. The hour that a clock change repeats tells its zone, so no two labels are equal.
 * @example clocks([…], 'Europe/Madrid') // […, '02:00 CEST', '02:00 CET', …]
 */
export function clocks(starts: readonly number[], timeZone: string): string[] {
  const plain = starts.map((start) => clock(start, timeZone))
  const seen = new Map<string, number>()
  for (const label of plain) seen.set(label, (seen.get(label) ?? 0) + 1)
  return plain.map((label, i) =>
    seen.get(label) === 1
      ? label
      : `${label} ${
          format(timeZone, { timeZoneName: 'short' })
            .formatToParts(at(starts[i]!))
            .find((part) => part.type === 'timeZoneName')!.value
        }`,
  )
}

/** @example longDate(1433131200, 'Australia/Sydney') // 'Monday, 1 June 2015' */
export const longDate = (epoch: number, timeZone: string): string =>
  format(timeZone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
    .format(at(epoch))
    .replace(/^(\w+) (\d)/, '$1, $2')

/** @example dateClock(1433131200, 'Australia/Sydney') // '1 Jun 2015, 14:00' */
export const dateClock = (epoch: number, timeZone: string): string =>
  `${format(timeZone, { day: 'numeric', month: 'short', year: 'numeric' }).format(at(epoch))}, ${clock(epoch, timeZone)}`

/** The local month of an instant. @example monthOf(1433131200, 'UTC') // '2015-06' */
export function monthOf(epoch: number, timeZone: string): string {
  const parts = format(timeZone, { year: 'numeric', month: '2-digit' }).formatToParts(at(epoch))
  const part = (type: string) => parts.find((one) => one.type === type)!.value
  return `${part('year')}-${part('month')}`
}

/** @example monthName('2015-06') // 'June 2015' */
export const monthName = (month: string): string =>
  format('UTC', { month: 'long', year: 'numeric' }).format(new Date(`${month}-01T00:00:00Z`))

/** The calendar date `days` after `date`. @example shiftDate('2015-06-30', 1) // '2015-07-01' */
export const shiftDate = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

/** The month `months` after `month`. @example shiftMonth('2015-12', 1) // '2016-01' */
export function shiftMonth(month: string, months: number): string {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + months
  return `${String(Math.floor(count / 12)).padStart(4, '0')}-${String((count % 12) + 1).padStart(2, '0')}`
}

/** When something happened, where the reader is. @example dateAndTime(1433131200) // '1 Jun 2015, 06:00' in Madrid */
export const dateAndTime = (epoch: number): string => dateClock(epoch, Intl.DateTimeFormat().resolvedOptions().timeZone)
