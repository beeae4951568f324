import { Input, Label, TextField } from 'react-aria-components'
import { useSearchParams } from 'react-router'
import type { Day } from '../app/day.ts'
import { dayByDate, dayOf } from '../app/day.ts'
import { useNow } from '../app/now.ts'
import { longDate, shiftDate } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'

/** The day in the address bar (`?day=2015-06-01`); without one today, or the last day that has settled periods. */
export function useDay(timeZone: string, nextPeriod: number | undefined): Day {
  const [search] = useSearchParams()
  const today = dayOf(useNow(), timeZone)
  const asked = dayByDate(search.get('day') ?? '', timeZone)
  if (asked !== undefined) return asked
  const last = nextPeriod === undefined ? today : dayOf(nextPeriod - 1, timeZone)
  return last.start < today.start ? last : today
}

/** Walks through days; a day is the community's own, so some have 23 or 25 hours. */
export function DayBar({ day, timeZone }: { day: Day; timeZone: string }) {
  const [search, setSearch] = useSearchParams()
  const today = dayOf(useNow(), timeZone).date
  const hours = (day.end - day.start) / 3600
  const go = (date: string) => {
    const next = new URLSearchParams(search)
    next.set('day', date)
    setSearch(next, { replace: true, preventScrollReset: true })
  }
  return (
    <div className="day-bar">
      <Button aria-label="Previous day" onPress={() => go(shiftDate(day.date, -1))}>
        <span aria-hidden="true">←</span>
      </Button>
      <TextField
        className="field"
        type="date"
        value={day.date}
        onChange={(date) => {
          if (dayByDate(date, timeZone) !== undefined) go(date)
        }}
      >
        <Label className="visually-hidden">Day</Label>
        <Input />
      </TextField>
      <Button aria-label="Next day" onPress={() => go(shiftDate(day.date, 1))}>
        <span aria-hidden="true">→</span>
      </Button>
      <Button look="plain" isDisabled={day.date === today} onPress={() => go(today)}>
        Today
      </Button>
      <p className="soft" aria-live="polite">
        {longDate(day.start, timeZone)}
        {hours === 24 ? '' : ` · ${hours} hours: the clocks change`}
      </p>
    </div>
  )
}
