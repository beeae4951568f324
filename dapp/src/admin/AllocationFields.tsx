import type { Member } from '../api/communities.ts'
import { Choice } from '../parts/Choice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { BandFields } from './BandFields.tsx'
import type { Key, Problems, RulesDraft } from './rules-draft.ts'
import { type WeightBand, WORKDAYS } from './week-bands.ts'

const keys: readonly { id: Key; name: string; hint: string }[] = [
  { id: 'even', name: 'Evenly', hint: 'everybody the same, the unused part goes to the others' },
  { id: 'pro-rata', name: 'In proportion', hint: 'to what each one needs or offers' },
  { id: 'static', name: 'By fixed weights', hint: 'a whole number for each member' },
  { id: 'calendar', name: 'By weights of the hour of the week', hint: 'other weights in bands of the week' },
  { id: 'priority', name: 'In a fixed order', hint: 'who comes first is served first' },
]
const rounds = [
  { id: 'iterate', name: 'Until nothing is left' },
  { id: 'one', name: 'One round only' },
] as const
const legends: Partial<Record<Key, string>> = {
  static: 'Weights',
  calendar: 'Weights outside the bands',
  priority: 'Places in the order (1 is served first)',
}
const fresh: WeightBand = { days: WORKDAYS, from: '08:00', to: '20:00', weights: {} }

type Props = { draft: RulesDraft; onChange: (next: RulesDraft) => void; problems: Problems; members: readonly Member[] }

/** How shared energy is divided: the key, its numbers for each member, and the most that each one buys. */
export function AllocationFields({ draft, onChange, problems, members }: Props) {
  // Weights need members: a community without any begins with a key that needs none.
  const offered = members.length === 0 ? keys.slice(0, 2) : keys
  const legend = legends[draft.key]
  return (
    <>
      <div className="form-grid">
        <Choice
          label="Shared energy is divided"
          options={offered}
          value={draft.key}
          onChange={(key) => onChange({ ...draft, key })}
        />
        <Choice
          label="Rounds"
          options={rounds}
          value={draft.rounds}
          onChange={(next) => onChange({ ...draft, rounds: next })}
        />
      </div>
      {legend === undefined ? null : (
        <fieldset>
          <legend>{legend}</legend>
          <MemberNumbers
            members={members}
            numbers={draft.numbers}
            onChange={(numbers) => onChange({ ...draft, numbers })}
            problemOf={(member) => problems[`number.${member}`]}
          />
          {problems.numbers === undefined ? null : <p className="field-problem">{problems.numbers}</p>}
        </fieldset>
      )}
      {draft.key === 'calendar' ? (
        <BandFields
          name="Weights"
          bands={draft.bands}
          fresh={fresh}
          onChange={(bands) => onChange({ ...draft, bands })}
          problem={problems.bands}
          problems={draft.bands.map((_, i) => problems[`bands.${i}`])}
        >
          {(band, change, place) => (
            <MemberNumbers
              members={members}
              numbers={band.weights}
              onChange={(weights) => change({ weights })}
              problemOf={(member) => problems[`bands.${place}.${member}`]}
            />
          )}
        </BandFields>
      ) : null}
      {members.length === 0 ? null : (
        <details>
          <summary>The most a member buys from neighbours</summary>
          <fieldset>
            <legend>kWh in one period; empty means no limit</legend>
            <MemberNumbers
              members={members}
              numbers={draft.caps}
              onChange={(caps) => onChange({ ...draft, caps })}
              problemOf={(member) => problems[`cap.${member}`]}
            />
          </fieldset>
        </details>
      )}
    </>
  )
}

type NumbersProps = {
  members: readonly Member[]
  numbers: Readonly<Record<string, string>>
  onChange: (next: Readonly<Record<string, string>>) => void
  problemOf: (member: string) => string | undefined
}

const MemberNumbers = ({ members, numbers, onChange, problemOf }: NumbersProps) => (
  <div className="form-grid">
    {members.map(({ id, name }) => (
      <TextInput
        key={id}
        label={name}
        inputMode="decimal"
        value={numbers[id] ?? ''}
        onChange={(text) => onChange({ ...numbers, [id]: text })}
        problem={problemOf(id)}
      />
    ))}
  </div>
)
