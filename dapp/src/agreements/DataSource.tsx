import type { ChoicesOffered } from '../api/agreements.ts'
import { Choice } from '../parts/Choice.tsx'

/** Where data that a service needs come from: a meter, a data set, or the user's own hand. */
export type SourceChoice =
  | { readonly kind: 'meter'; readonly id: string }
  | { readonly kind: 'source'; readonly id: string }
  | { readonly kind: 'hand' }

type Props = {
  needed: ChoicesOffered['dataNeeded'][number]
  offered: Pick<ChoicesOffered, 'meters' | 'sources'>
  value: SourceChoice | undefined
  onChange: (next: SourceChoice) => void
}

const HAND = 'hand'
const keyOf = (value: SourceChoice): string => (value.kind === 'hand' ? HAND : `${value.kind} ${value.id}`)

/** Meters, own data sets and contracted data that may be handed to this provider; of those that may not it says why. */
export function DataSource({ needed: { name, granularity }, offered: { meters, sources }, value, onChange }: Props) {
  const may = sources.filter(({ refusal }) => refusal === null)
  const not = sources.filter(({ refusal }) => refusal !== null)
  const choices = new Map<string, SourceChoice>([
    ...meters.map(({ meter }) => [`meter ${meter}`, { kind: 'meter', id: meter }] as const),
    ...may.map(({ id }) => [`source ${id}`, { kind: 'source', id }] as const),
    [HAND, { kind: 'hand' }],
  ])
  return (
    <div className="stack">
      <Choice
        label={`${name}: from where`}
        placeholder={
          choices.size === 1 ? 'You have no authorised meter and no such data' : 'Choose a meter or a data set'
        }
        value={value && keyOf(value)}
        options={[
          ...meters.map(({ meter, authorised }) => ({
            ...{ id: `meter ${meter}`, name: meter },
            hint: authorised
              ? `your meter${granularity === undefined ? '' : `, ${granularity}`}`
              : 'not authorised now',
          })),
          ...may.map(({ id, kind, title, provider }) => ({
            ...{ id: `source ${id}`, name: title },
            hint: kind === 'data-set' ? 'your own data set' : `contracted from ${provider}`,
          })),
          { id: HAND, name: 'I hand it over myself', hint: 'in a way that you agree on with the provider' },
        ]}
        onChange={(key) => onChange(choices.get(key)!)}
      />
      {not.map(({ id, title, refusal }) => (
        <p key={id} className="small soft">
          “{title}” cannot be chosen: {refusal?.reason}.
        </p>
      ))}
    </div>
  )
}
