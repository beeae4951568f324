import {
  type DataForm,
  type DataPurpose,
  formatInstant,
  type ListingDocument,
  readOdrl,
  type UsePolicy,
} from '@opem/domain'
import type { DataSet, Holding } from '../api/data.ts'

/** What somebody has filled in, as text where they type. */
export interface ShareDraft {
  readonly title: string
  readonly description: string
  readonly meters: readonly string[]
  readonly confirmed: boolean
  readonly form: DataForm
  readonly leastSubjects: string
  readonly granularity: 'PT5M' | 'PT15M' | 'PT30M' | 'PT1H'
  readonly timeZone: string
  /** How often something new comes; `once`: what is there is all. */
  readonly updates: 'once' | 'PT5M' | 'PT15M' | 'PT30M' | 'PT1H' | 'P1D'
  readonly region: string
  readonly until: string
  readonly purposes: readonly DataPurpose[]
  readonly countries: string
  readonly times: string
  readonly deleteAfterDays: string
  readonly attribution: string
  readonly redistribution: boolean
  /** DIDs, as they are typed. */
  readonly recipients: string
  readonly storage: string
  readonly processors: string
  readonly termination: string
  readonly price: string
}

export const emptyShare = (timeZone: string): ShareDraft => ({
  ...{ title: '', description: '', meters: [], confirmed: false, form: 'pseudonymous', leastSubjects: '5' },
  ...{ granularity: 'PT1H', timeZone, updates: 'once', region: '', until: '', purposes: [], countries: '', times: '' },
  ...{
    deleteAfterDays: '',
    attribution: '',
    redistribution: false,
    recipients: '',
    storage: '',
    processors: 'The user alone.',
  },
  ...{ termination: 'When the agreement ends, nothing more is given out.', price: '' },
})

/** @example countriesOf('es, dk') // ['ES', 'DK'] */
export const countriesOf = (text: string): string[] => [
  ...new Set(
    text
      .toUpperCase()
      .split(/[\s,;]+/)
      .filter((part) => part !== ''),
  ),
]

/** @example recipientsOf('did:ethr:0x1:0xaa, did:ethr:0x1:0xbb').length // 2 */
export const recipientsOf = (text: string): string[] => [
  ...new Set(text.split(/[\s,;]+/).filter((part) => part !== '')),
]

const wholeOrNull = (text: string): number | null => (text.trim() === '' ? null : Number(text))

export function policyOfDraft(draft: ShareDraft): UsePolicy {
  return {
    ...{ purposes: draft.purposes, countries: countriesOf(draft.countries), attribution: draft.attribution.trim() },
    until: draft.until === '' ? null : Date.parse(`${draft.until}T00:00:00Z`) / 1000,
    ...{ times: wholeOrNull(draft.times), deleteAfterDays: wholeOrNull(draft.deleteAfterDays) },
    redistribution: draft.redistribution,
    recipients: draft.redistribution ? [] : recipientsOf(draft.recipients),
  }
}

/** What is wrong, field by field. */
export function problemsOf(draft: ShareDraft): Partial<Record<keyof ShareDraft, string>> {
  const problems: Partial<Record<keyof ShareDraft, string>> = {}
  if (draft.title.trim() === '') problems.title = 'Give it a title.'
  if (draft.description.trim() === '') problems.description = 'Say what was measured, of what, how.'
  if (draft.meters.length === 0) problems.meters = 'Choose at least one meter.'
  if (!draft.confirmed) problems.confirmed = 'This is needed before the data are shared.'
  if (draft.purposes.length === 0) problems.purposes = 'Choose what the data may be used for.'
  for (const field of ['countries', 'region', 'storage'] as const)
    if (!countriesOf(draft[field]).every((one) => /^[A-Z]{2}$/.test(one)))
      problems[field] = 'Countries are two letters each, like ES, DK.'
  if (
    !draft.redistribution &&
    !recipientsOf(draft.recipients).every((did) => /^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$/.test(did))
  )
    problems.recipients = 'Each recipient is a DID, like did:ethr:0x7a69:0x…'
  for (const [field, most] of [
    ['times', 1_000_000],
    ['deleteAfterDays', 9999],
  ] as const) {
    const value = wholeOrNull(draft[field])
    if (value !== null && (!Number.isInteger(value) || value < 1 || value > most))
      problems[field] = `A whole number from 1 to ${most}, or nothing.`
  }
  const least = Number(draft.leastSubjects)
  if (!Number.isInteger(least) || least < 3 || least > 1000) problems.leastSubjects = 'A whole number from 3 to 1000.'
  if (!/^(\d{1,9}([.,]\d{1,6})?)?$/.test(draft.price.trim()))
    problems.price = 'An amount in EUR like 12.50, or nothing.'
  return problems
}

/** Whether a draft can be filled in from a data set: one whose policy was written elsewhere may say more than the form. */
export const isShareable = (set: DataSet): boolean => readOdrl(readingsOf(set)?.policy).ok

const readingsOf = ({ document }: DataSet) => (document as Partial<ListingDocument>).data?.readings

/** What was filled in for a data set, to be changed. */
export function shareOf(set: DataSet): ShareDraft {
  const empty = emptyShare('UTC')
  const it = set.document as Partial<ListingDocument>
  const readings = readingsOf(set)
  const read = readOdrl(readings?.policy)
  if (readings === undefined || !read.ok) return empty
  const { policy } = read
  const numberText = (value: number | null) => (value === null ? '' : String(value))
  return {
    ...empty,
    ...{ title: it.title ?? '', description: it.description ?? '', meters: set.chosen, confirmed: false },
    ...{ form: readings.form, leastSubjects: String(readings.leastSubjects), timeZone: readings.timeZone },
    granularity: (it.granularity ?? 'PT1H') as ShareDraft['granularity'],
    updates: (it.data?.updates ?? 'once') as ShareDraft['updates'],
    ...{ region: (it.region ?? []).join(', '), storage: (it.data?.storageCountries ?? []).join(', ') },
    ...{ processors: readings.processors, termination: readings.termination },
    ...{ purposes: policy.purposes, countries: policy.countries.join(', '), times: numberText(policy.times) },
    until: policy.until === null ? '' : formatInstant(policy.until).slice(0, 10),
    ...{ deleteAfterDays: numberText(policy.deleteAfterDays), attribution: policy.attribution },
    ...{ redistribution: policy.redistribution, recipients: policy.recipients.join(', ') },
  }
}

/**
 * The request of a data set. Its time is that of the readings chosen, and has no end where something new comes.
 * @param before what it was until now: its prices, contract and terms are changed on its page and stay
 */
export function describedOf(draft: ShareDraft, holdings: readonly Holding[], before?: DataSet) {
  const chosen = holdings.filter(({ meter }) => draft.meters.includes(meter))
  const first = Math.min(...chosen.map(({ first }) => first))
  const last = Math.max(...chosen.map(({ last }) => last))
  const policy = policyOfDraft(draft)
  const price = Math.round(Number(draft.price.trim().replace(',', '.') || '0') * 1_000_000)
  const kept = (before?.document ?? {}) as Partial<ListingDocument>
  return {
    ...{ title: draft.title.trim(), description: draft.description.trim() },
    summary: kept.summary || draft.description.trim().slice(0, 280),
    ...{ keywords: kept.keywords ?? ['readings'], region: countriesOf(draft.region), granularity: draft.granularity },
    ...{ timeZone: draft.timeZone, from: formatInstant(first) },
    to: draft.updates === 'once' ? formatInstant(last + 86_400) : null,
    ...{ meters: draft.meters, ownMetersConfirmed: true, form: draft.form },
    ...{ leastSubjects: Number(draft.leastSubjects), storageCountries: countriesOf(draft.storage) },
    ...{ processors: draft.processors, updates: draft.updates, termination: draft.termination },
    noticeDays: kept.contract?.noticeDays ?? 0,
    contract:
      kept.contract?.text || 'The provider gives the data as they are described, as long as the agreement is in force.',
    terms: kept.terms?.text || 'The user keeps to the policy of the data set.',
    privacy:
      before?.form === draft.form && kept.privacy?.text
        ? kept.privacy.text
        : draft.form === 'aggregate'
          ? `Only sums of at least ${draft.leastSubjects} people are given out, of those who consent.`
          : 'Meters have invented names; those of others are in it only while their holders consent.',
    plans:
      kept.plans && kept.plans.length > 0
        ? kept.plans
        : [price === 0 ? { id: 'free', kind: 'free', price: 0 } : { id: 'whole', kind: 'one-time', price }],
    policy: { ...policy, until: policy.until === null ? null : formatInstant(policy.until) },
  }
}
