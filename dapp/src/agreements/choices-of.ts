import type { AgreementDocument } from '@opem/domain'
import type { ChoicesOffered } from '../api/agreements.ts'
import type { SourceChoice } from './DataSource.tsx'

export interface ChosenBefore {
  readonly plan: string | undefined
  readonly parameters: Record<string, string>
  readonly data: Record<string, SourceChoice>
}

/** What of an earlier agreement can be chosen again; of a listing with one plan that one. */
export function choicesOf(
  before: Pick<AgreementDocument, 'plan' | 'parameters' | 'data'> | undefined,
  { plans, parameters, dataNeeded, meters, sources }: ChoicesOffered,
): ChosenBefore {
  const only = plans.length === 1 ? plans[0]!.id : undefined
  if (before === undefined) return { plan: only, parameters: {}, data: {} }
  const data: Record<string, SourceChoice> = {}
  for (const { name, meter, from } of before.data) {
    if (!dataNeeded.some((one) => one.name === name)) continue
    if (meter !== undefined && meters.some((one) => one.meter === meter)) data[name] = { kind: 'meter', id: meter }
    if (from !== undefined && sources.some(({ id, refusal }) => id === from.id && refusal === null))
      data[name] = { kind: 'source', id: from.id }
  }
  return {
    plan: plans.find(({ id }) => id === before.plan.id)?.id ?? only,
    parameters: Object.fromEntries(
      before.parameters
        .filter(({ name, value }) =>
          parameters.some((one) => one.name === name && (one.choices === undefined || one.choices.includes(value))),
        )
        .map(({ name, value }) => [name, value]),
    ),
    data,
  }
}
