import { instantsOfWallClock, wallClockOf } from '@opem/domain'
import { TextInput } from './TextInput.tsx'

const two = (value: number) => String(value).padStart(2, '0')

/** What a `datetime-local` field holds for an instant. @example wallText(1433131200, 'Australia/Sydney') // '2015-06-01T14:00' */
export function wallText(epoch: number, timeZone: string): string {
  const { year, month, day, hour, minute } = wallClockOf(epoch, timeZone)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`
}

/** The instant a `datetime-local` text names, or why it names none on a period boundary. The first of two where clocks go back. */
export function whenOf(text: string, timeZone: string, seconds: number): { epoch: number } | { problem: string } {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})/.exec(text)
  if (match === null) return { problem: 'Choose a date and a time.' }
  const [year, month, day, hour, minute] = match.slice(1).map(Number) as [number, number, number, number, number]
  const [epoch] = instantsOfWallClock({ year, month, day, hour, minute }, timeZone)
  if (epoch === undefined) return { problem: 'This time does not exist: the clocks are set forward then.' }
  if (epoch % seconds !== 0)
    return { problem: seconds === 3600 ? 'Choose a full hour.' : 'Choose a full quarter of an hour.' }
  return { epoch }
}

type Props = {
  label: string
  hint?: string
  text: string
  onChange: (text: string) => void
  problem?: string | undefined
  timeZone: string
}

/** A moment on the wall clock of a zone. */
export const WhenInput = ({ text, timeZone, hint, ...props }: Props) => (
  <TextInput
    {...props}
    type="datetime-local"
    value={text}
    hint={`${hint === undefined ? '' : `${hint} `}Time in ${timeZone}.`}
  />
)
