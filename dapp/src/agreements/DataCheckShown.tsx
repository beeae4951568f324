import type { DataVerdict, Instance } from '../api/instances.ts'
import { Progress } from '../parts/Progress.tsx'
import { whenText } from './words.ts'

const NAMES: Record<DataVerdict['state'], string> = {
  complete: 'complete',
  gaps: 'has gaps',
  missing: 'missing',
  'handed-over': 'handed over by the user',
}

/** @example percent(9_986) // '99.86 %' */
export const percent = (bps: number): string => `${(bps / 100).toFixed(2).replace(/\.?0+$/, '')} %`

/** What a check found, drawn and said: how much is there, what is missing, what to do. */
export const DataCheckShown = ({ check }: { check: NonNullable<Instance['dataCheck']> }) => (
  <>
    <p className="soft small">
      Looked at {whenText(check.at)}, readings of the last {check.days} days.
    </p>
    <ul className="people" aria-label="Data needed">
      {check.items.map((item) => (
        <li key={item.name} aria-label={item.name}>
          <h3>
            {item.name} <span className="badge">{NAMES[item.state]}</span>
          </h3>
          {item.meter === null && (item.from === null || item.possible === 0) ? null : (
            <>
              <Progress
                label={`Periods of ${item.meter ?? `“${item.from?.title}”`} with a reading`}
                value={item.periods}
                of={item.possible}
              />
              <p className="small">
                {percent(item.completenessBps)} of the periods of {(item.seconds ?? 3600) / 60} minutes
                {item.last === null ? '' : `; the last began at ${whenText(item.last)}`}.
              </p>
            </>
          )}
          {item.advice === '' ? null : <p>{item.advice}</p>}
        </li>
      ))}
    </ul>
    {check.items.length === 0 ? <p>The service needs no data.</p> : null}
  </>
)
