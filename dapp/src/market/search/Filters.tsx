import type { FacetCount, Listings } from '../../api/listings.ts'
import { Button } from '../../parts/Button.tsx'
import { Checks } from '../../parts/Checks.tsx'
import { FACETS, narrowing, withValues } from './asked.ts'
import { FACET_NAMES, valueName } from './names.ts'

const MOST = 12

/** Values that are there, and chosen ones that are there no more: a choice never vanishes without being taken back. */
const shown = (counts: readonly FacetCount[], chosen: readonly string[]): FacetCount[] => [
  ...counts.filter(({ value }, place) => place < MOST || chosen.includes(value)),
  ...chosen.filter((value) => !counts.some((it) => it.value === value)).map((value) => ({ value, count: 0 })),
]

type Props = { address: URLSearchParams; facets: Listings['facets']; onChange: (next: URLSearchParams) => void }

/** What narrows the search. Each number says how many listings there are with that value. */
export function Filters({ address, facets, onChange }: Props) {
  const several = (name: (typeof FACETS)[number] | 'price' | 'rating', one: boolean) => {
    const chosen = address.getAll(name)
    const values = shown(facets[name], chosen)
    if (values.length === 0) return null
    return (
      <Checks
        key={name}
        label={FACET_NAMES[name]}
        options={values.map((it) => ({ id: it.value, name: valueName(name, it), hint: String(it.count) }))}
        value={chosen}
        onChange={(next) => onChange(withValues(address, name, one ? next.filter((it) => !chosen.includes(it)) : next))}
      />
    )
  }
  return (
    <div className="filters-list">
      {several('kind', false)}
      {several('category', false)}
      {several('plan', false)}
      {several('price', true)}
      {several('rating', true)}
      {several('region', false)}
      {several('granularity', false)}
      {several('provider', false)}
      {narrowing(address) === 0 ? null : (
        <Button
          onPress={() =>
            onChange([...FACETS, 'price', 'rating'].reduce((left, name) => withValues(left, name, []), address))
          }
        >
          Take all filters back
        </Button>
      )}
    </div>
  )
}
