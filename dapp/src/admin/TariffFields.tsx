import { Choice } from '../parts/Choice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { BandFields } from './BandFields.tsx'
import type { Problems } from './rules-draft.ts'
import type { TariffDraft } from './tariff-draft.ts'
import { type PriceBand, WORKDAYS } from './week-bands.ts'

const kinds = [
  { id: 'fixed', name: 'Fixed' },
  { id: 'time-of-use', name: 'By time of use', hint: 'other prices in bands of the week' },
  { id: 'day-ahead', name: 'Day-ahead price plus margin' },
] as const
const labels = { fixed: '', 'time-of-use': ': otherwise', 'day-ahead': ': margin' } as const

const fresh: PriceBand = { days: WORKDAYS, from: '08:00', to: '20:00', price: '' }

type Props = {
  /** As the draft calls it. */
  id: string
  name: string
  draft: TariffDraft
  onChange: (next: TariffDraft) => void
  problems: Problems
}

/** One price: its kind, and what that kind needs. */
export function TariffFields({ id, name, draft, onChange, problems }: Props) {
  return (
    <div className="stack">
      <TextInput
        label={`${name}${labels[draft.kind]}`}
        suffix="EUR/kWh"
        inputMode="decimal"
        value={draft.price}
        onChange={(price) => onChange({ ...draft, price })}
        problem={problems[id]}
      />
      {draft.kind === 'day-ahead' ? (
        <TextInput
          label={`${name}: price series`}
          value={draft.series}
          onChange={(series) => onChange({ ...draft, series })}
          problem={problems[`${id}.series`]}
        />
      ) : null}
      <Choice
        label="Kind of price"
        context={name}
        options={kinds}
        value={draft.kind}
        onChange={(kind) =>
          onChange({
            ...draft,
            kind,
            bands: kind === 'time-of-use' && draft.bands.length === 0 ? [fresh] : draft.bands,
          })
        }
      />
      {draft.kind === 'time-of-use' ? (
        <BandFields
          name={name}
          bands={draft.bands}
          fresh={fresh}
          onChange={(bands) => onChange({ ...draft, bands })}
          problem={problems[`${id}.bands`]}
          problems={draft.bands.map((_, i) => problems[`${id}.bands.${i}`])}
        >
          {(band, change) => (
            <TextInput
              label="Price"
              suffix="EUR/kWh"
              inputMode="decimal"
              value={band.price}
              onChange={(price) => change({ price })}
            />
          )}
        </BandFields>
      ) : null}
    </div>
  )
}
