import type { Tariffs } from '@opem/domain'
import type { Member } from '../api/communities.ts'
import { Choice } from '../parts/Choice.tsx'
import { Notice } from '../parts/Notice.tsx'
import { AllocationFields } from './AllocationFields.tsx'
import type { Problems, RulesDraft } from './rules-draft.ts'
import { TariffFields } from './TariffFields.tsx'

const pricings = [
  { id: 'tariffs', name: 'With community tariffs' },
  { id: 'mid-market-rate', name: 'Mid-market rate', hint: 'the middle between the grid’s two prices' },
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
  return (
    <>
      <AllocationFields draft={draft} onChange={onChange} problems={problems} members={members} />
      <Choice
        label="Pricing"
        options={pricings}
        value={draft.pricing}
        onChange={(pricing) => onChange({ ...draft, pricing })}
      />
      <fieldset>
        <legend className="visually-hidden">Tariffs</legend>
        <div className="form-grid">
          {inside.concat(['commercial', 'feedIn']).map((name) => (
            <TariffFields
              key={name}
              id={name}
              name={names[name]}
              draft={draft.tariffs[name]}
              onChange={(next) => onChange({ ...draft, tariffs: { ...draft.tariffs, [name]: next } })}
              problems={problems}
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
