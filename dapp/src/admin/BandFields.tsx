import type { ReactNode } from 'react'
import { Button } from '../parts/Button.tsx'
import { DaysInput } from '../parts/DaysInput.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import type { WeekBand } from './week-bands.ts'

type Props<B extends WeekBand> = {
  /** What the bands are of, said before each field: “Energy from the grid costs”. */
  name: string
  bands: readonly B[]
  /** A new band, as it begins. */
  fresh: B
  onChange: (next: readonly B[]) => void
  /** What a band holds beside its time. */
  children: (band: B, change: (next: Partial<B>) => void, place: number) => ReactNode
  problem?: string | undefined
  problems: readonly (string | undefined)[]
}

/** Bands of the week in the order in which they are looked at: the first that fits counts. */
export function BandFields<B extends WeekBand>({
  name,
  bands,
  fresh,
  onChange,
  children,
  problem,
  problems,
}: Props<B>) {
  const change = (place: number, next: Partial<B>) =>
    onChange(bands.map((band, i) => (i === place ? { ...band, ...next } : band)))
  return (
    <div className="stack bands">
      {bands.map((band, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bands have no name but their place
        <fieldset key={i} className="band">
          <legend>
            {name}, band {i + 1}
          </legend>
          <DaysInput label="Days" value={band.days} onChange={(days) => change(i, { days } as unknown as Partial<B>)} />
          <div className="form-grid">
            <TextInput label="From" value={band.from} onChange={(from) => change(i, { from } as Partial<B>)} />
            <TextInput label="To" value={band.to} onChange={(to) => change(i, { to } as Partial<B>)} />
            {children(band, (next) => change(i, next), i)}
          </div>
          {problems[i] === undefined ? null : <p className="field-problem">{problems[i]}</p>}
          <p>
            <Button
              aria-label={`Remove band ${i + 1} of: ${name}`}
              onPress={() => onChange(bands.filter((_, place) => place !== i))}
            >
              Remove the band
            </Button>
          </p>
        </fieldset>
      ))}
      {problem === undefined ? null : <p className="field-problem">{problem}</p>}
      <Button aria-label={`Add a band of the week to: ${name}`} onPress={() => onChange([...bands, fresh])}>
        Add a band of the week
      </Button>
    </div>
  )
}
