import type { Tariffs } from '@opem/domain'
import type { Member } from '../api/communities.ts'
import { Choice } from '../parts/Choice.tsx'
import { Notice } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import type { Key, Problems, RulesDraft, TariffDraft } from './rules-draft.ts'

const keys: readonly { id: Key; name: string; hint: string }[] = [
  { id: 'even', name: 'Evenly', hint: 'everybody the same, the unused part goes to the others' },
  { id: 'pro-rata', name: 'In proportion', hint: 'to what each one needs or offers' },
  { id: 'static', name: 'By fixed weights', hint: 'a whole number for each member' },
  { id: 'priority', name: 'In a fixed order', hint: 'who comes first is served first' },
]
const rounds = [
  { id: 'iterate', name: 'Until nothing is left' },
  { id: 'one', name: 'One round only' },
] as const
const pricings = [
  { id: 'tariffs', name: 'With community tariffs' },
  { id: 'mid-market-rate', name: 'Mid-market rate', hint: 'the middle between the grid’s two prices' },
] as const
const kinds = [
  { id: 'fixed', name: 'Fixed' },
  { id: 'day-ahead', name: 'Day-ahead price plus margin' },
] as const
const names: Record<keyof Tariffs, string> = {
  communityConsumption: 'Energy from neighbours costs',
  communityProduction: 'Energy for neighbours earns',
  commercial: 'Energy from the grid costs',
  feedIn: 'Energy into the grid earns',
}

type Props = { draft: RulesDraft; onChange: (next: RulesDraft) => void; problems: Problems; members: readonly Member[] }

/** How energy is divided and what it costs. */
export function RulesFields({ draft, onChange, problems, members }: Props) {
  const inside: readonly (keyof Tariffs)[] =
    draft.pricing === 'tariffs' ? ['communityConsumption', 'communityProduction'] : []
  const offered = members.length === 0 ? keys.slice(0, 2) : keys
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
        <Choice
          label="Pricing"
          options={pricings}
          value={draft.pricing}
          onChange={(pricing) => onChange({ ...draft, pricing })}
        />
      </div>
      {draft.key === 'static' || draft.key === 'priority' ? (
        <fieldset>
          <legend>{draft.key === 'static' ? 'Weights' : 'Places in the order (1 is served first)'}</legend>
          <div className="form-grid">
            {members.map((member) => (
              <TextInput
                key={member.id}
                label={member.name}
                inputMode="numeric"
                value={draft.numbers[member.id] ?? ''}
                onChange={(text) => onChange({ ...draft, numbers: { ...draft.numbers, [member.id]: text } })}
                problem={problems[`number.${member.id}`]}
              />
            ))}
          </div>
          {problems.numbers === undefined ? null : <p className="field-problem">{problems.numbers}</p>}
        </fieldset>
      ) : null}
      <fieldset>
        <legend className="visually-hidden">Tariffs</legend>
        <div className="form-grid">
          {inside.concat(['commercial', 'feedIn']).map((name) => (
            <TariffFields
              key={name}
              name={names[name]}
              draft={draft.tariffs[name]}
              onChange={(next) => onChange({ ...draft, tariffs: { ...draft.tariffs, [name]: next } })}
              problem={problems[name]}
              seriesProblem={problems[`${name}.series`]}
            />
          ))}
        </div>
      </fieldset>
      {problems.rules === undefined ? null : (
        <Notice tone="wrong" title="These rules are not possible">
          <p>{problems.rules}</p>
        </Notice>
      )}
    </>
  )
}

type TariffProps = {
  name: string
  draft: TariffDraft
  onChange: (next: TariffDraft) => void
  problem?: string | undefined
  seriesProblem?: string | undefined
}

function TariffFields({ name, draft, onChange, problem, seriesProblem }: TariffProps) {
  return (
    <div className="stack">
      <TextInput
        label={draft.kind === 'fixed' ? name : `${name}: margin`}
        suffix="EUR/kWh"
        inputMode="decimal"
        value={draft.price}
        onChange={(price) => onChange({ ...draft, price })}
        problem={problem}
      />
      {draft.kind === 'day-ahead' ? (
        <TextInput
          label={`${name}: price series`}
          value={draft.series}
          onChange={(series) => onChange({ ...draft, series })}
          problem={seriesProblem}
        />
      ) : null}
      <Choice
        label="Kind of price"
        context={name}
        options={kinds}
        value={draft.kind}
        onChange={(kind) => onChange({ ...draft, kind })}
      />
    </div>
  )
}
