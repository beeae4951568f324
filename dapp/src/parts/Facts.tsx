import type { ReactNode } from 'react'

/** Names and values: a description list that reads well on a phone. */
export const Facts = ({ of }: { of: readonly (readonly [string, ReactNode])[] }) => (
  <dl className="facts">
    {of.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)

type FigureProps = {
  label: string
  value: string
  unit?: string
  tone?: 'surplus' | 'demand' | 'shared'
  note?: ReactNode
}

/** One number that matters. */
export const Figure = ({ label, value, unit, tone, note }: FigureProps) => (
  <div className={`figure ${tone ?? ''}`}>
    <span className="figure-label">{label}</span>
    <span className="figure-value">
      {value}
      {unit === undefined ? null : <span className="figure-unit">&nbsp;{unit}</span>}
    </span>
    {note === undefined ? null : <span className="figure-note">{note}</span>}
  </div>
)
