import { Button } from '../parts/Button.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import type { Meter } from './membership.ts'
import { meterProblem } from './membership.ts'

const MOST = 8

/** One to eight meters, each with the part of its energy that takes part. */
export function MeterFields({
  meters,
  onChange,
}: {
  meters: readonly Meter[]
  onChange: (next: readonly Meter[]) => void
}) {
  const change = (index: number, next: Partial<Meter>) =>
    onChange(meters.map((one, i) => (i === index ? { ...one, ...next } : one)))
  return (
    <fieldset>
      <legend>Meters</legend>
      {meters.map((one, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a meter being typed has no other name than its place
        <div className="form-grid" key={i}>
          <TextInput
            label={`Meter ${i + 1}`}
            hint="As your meter operator writes it"
            value={one.meter}
            onChange={(meter) => change(i, { meter: meter.trim() })}
            problem={one.meter === '' ? undefined : meterProblem(one.meter)}
          />
          <TextInput
            label={`Participation of meter ${i + 1}`}
            suffix="%"
            type="number"
            inputMode="numeric"
            value={String(one.participation)}
            onChange={(text) => change(i, { participation: Math.min(100, Math.max(1, Math.trunc(Number(text)) || 1)) })}
          />
          {meters.length === 1 ? null : (
            <p>
              <Button onPress={() => onChange(meters.filter((_, at) => at !== i))}>Remove meter {i + 1}</Button>
            </p>
          )}
        </div>
      ))}
      {meters.length < MOST ? (
        <p>
          <Button onPress={() => onChange([...meters, { meter: '', participation: 100 }])}>Add a meter</Button>
        </p>
      ) : null}
    </fieldset>
  )
}
