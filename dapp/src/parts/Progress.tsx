import { Label, ProgressBar } from 'react-aria-components'

/** How much of a known amount is done. */
export const Progress = ({ label, value, of }: { label: string; value: number; of: number }) => (
  <ProgressBar className="progress" value={value} maxValue={Math.max(of, 1)} valueLabel={`${value} of ${of}`}>
    {({ percentage, valueText }) => (
      <>
        <span className="row apart small">
          <Label>{label}</Label>
          <span>{valueText}</span>
        </span>
        <div className="progress-track">
          <div className="progress-fill" style={{ width: `${percentage ?? 0}%` }} />
        </div>
      </>
    )}
  </ProgressBar>
)
