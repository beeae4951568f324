import { Checkbox, CheckboxGroup, Label } from 'react-aria-components'

const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
const long = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const

type Props = { label: string; value: readonly number[]; onChange: (days: number[]) => void }

/** Days of the week, ISO: Monday 1 … Sunday 7. */
export const DaysInput = ({ label, value, onChange }: Props) => (
  <CheckboxGroup
    className="field days"
    value={value.map(String)}
    onChange={(days) => onChange(days.map(Number).sort((a, b) => a - b))}
  >
    <Label>{label}</Label>
    <div className="days-row">
      {names.map((name, i) => (
        <Checkbox key={name} value={String(i + 1)} className="day-choice" aria-label={long[i]!}>
          {name}
        </Checkbox>
      ))}
    </div>
  </CheckboxGroup>
)
