import type { Allocation } from '@opem/domain'
import type { RulesDraft } from './rules-draft.ts'
import { bandProblem, bandsOf, hoursOf, typed } from './week-bands.ts'

const given = (numbers: Readonly<Record<string, string>>) =>
  Object.entries(numbers).filter(([, text]) => text.trim() !== '')

function wholeNumbers(numbers: Readonly<Record<string, string>>, field: string, problems: Record<string, string>) {
  for (const [member, text] of given(numbers))
    if (!/^\d{1,6}$/.test(text.trim())) problems[`${field}.${member}`] = 'Write a whole number.'
}

/** kWh as typed to whole Wh. */
function capsOf(caps: RulesDraft['caps'], problems: Record<string, string>): { capWh?: Record<string, number> } {
  const entries = given(caps).map(([member, text]) => {
    const match = /^(\d{1,6})(?:[.,](\d{1,3}))?$/.exec(text.trim())
    if (match === null) problems[`cap.${member}`] = 'Write kWh like 2.5, with at most three decimals.'
    return [member, Number(match?.[1] ?? 0) * 1000 + Number((match?.[2] ?? '').padEnd(3, '0'))] as const
  })
  return entries.length === 0 ? {} : { capWh: Object.fromEntries(entries) }
}

/** The allocation that a draft means; what is wrong goes to `problems`. */
export function allocationOf(draft: RulesDraft, timeZone: string, problems: Record<string, string>): Allocation {
  const { key, rounds, numbers, bands } = draft
  wholeNumbers(numbers, 'number', problems)
  const options = { rounds, ...capsOf(draft.caps, problems) }
  switch (key) {
    case 'even':
    case 'pro-rata':
      return { key, ...options }
    case 'static':
      if (given(numbers).length === 0) problems.numbers = 'Give at least one member a weight.'
      return {
        key,
        ...options,
        coefficients: Object.fromEntries(given(numbers).map(([member, text]) => [member, Number(text)])),
      }
    case 'calendar': {
      if (bands.length === 0) problems.bands = 'Add at least one band of the week.'
      bands.forEach((band, i) => {
        wholeNumbers(band.weights, `bands.${i}`, problems)
        const wrong = bandProblem(band, true)
        if (wrong !== undefined) problems[`bands.${i}`] = wrong
      })
      const members = new Set(
        [numbers, ...bands.map(({ weights }) => weights)].flatMap((one) => given(one).map(([m]) => m)),
      )
      if (members.size === 0) problems.numbers = 'Give at least one member a weight.'
      return { key, timeZone, ...options, coefficients: hoursOf([...members], numbers, bands) }
    }
    case 'priority':
      if (given(numbers).length === 0) problems.numbers = 'Give at least one member a place.'
      return {
        key,
        ...options,
        order: [...given(numbers)].sort((a, b) => Number(a[1]) - Number(b[1])).map(([member]) => member),
      }
  }
}

type AllocationDraft = Pick<RulesDraft, 'key' | 'rounds' | 'numbers' | 'bands' | 'caps'>

/** What a person would have typed to get this allocation. */
export function allocationDraftOf(allocation: Allocation): AllocationDraft {
  const { key, rounds = 'iterate', capWh = {} } = allocation
  const caps = Object.fromEntries(Object.entries(capWh).map(([member, wh]) => [member, typed(BigInt(wh), 3, 0)]))
  const draft = { key, rounds, caps, numbers: {}, bands: [] }
  switch (allocation.key) {
    case 'even':
    case 'pro-rata':
      return draft
    case 'static':
      return {
        ...draft,
        numbers: Object.fromEntries(Object.entries(allocation.coefficients).map(([member, w]) => [member, String(w)])),
      }
    case 'calendar': {
      const { otherwise, bands } = bandsOf(allocation.coefficients)
      return { ...draft, numbers: otherwise, bands }
    }
    case 'priority':
      return { ...draft, numbers: Object.fromEntries(allocation.order.map((member, i) => [member, String(i + 1)])) }
  }
}
