import type { Hex } from '../commitment/bytes.ts'
import { type OdrlPolicy, odrlAgreement } from '../data/odrl.ts'
import { ok, type Result, refuse } from '../errors/result.ts'
import type {
  AgreedData,
  AgreedSource,
  AgreementDocument,
  AgreementParty,
  ChosenParameter,
} from './agreement-document.ts'

/** What of a listing's document an agreement is made from. */
export interface OfferedService {
  readonly title: string
  readonly kind: string
  readonly dataNeeded: readonly {
    readonly name: string
    readonly template: string
    readonly granularity?: string
    readonly unit?: string
  }[]
  readonly parameters: readonly {
    readonly name: string
    readonly label: string
    readonly type: string
    readonly required: boolean
    readonly choices?: readonly string[]
    readonly unit?: string
  }[]
  readonly contract: { readonly text: string; readonly noticeDays: number }
  readonly terms: { readonly text: string; readonly url?: string }
  readonly plans: readonly {
    readonly id: string
    readonly kind: string
    readonly price: number
    readonly interval?: number
    readonly unit?: string
  }[]
  readonly data?: { readonly readings?: { readonly policy: OdrlPolicy } }
}

export interface Choices {
  readonly plan: string
  /** By name of the parameter. */
  readonly parameters: Readonly<Record<string, string>>
  /** Meters by name of the data needed. */
  readonly meters: Readonly<Record<string, string>>
  /** Ids of own data sets or of agreements about data, by name of the data needed. */
  readonly sources?: Readonly<Record<string, Hex>>
}

/** What the consumer may let a service use: meters, and data sets that may be handed to its provider. */
export interface OwnData {
  readonly meters: readonly string[]
  readonly sources: readonly AgreedSource[]
}

/** What of the terms on chain follows from a plan and a contract. µEUR, seconds. */
export interface PlannedTerms {
  readonly plan: number
  readonly price: bigint
  readonly interval: number
  readonly notice: number
}

type Code = 'ERR_PLAN' | 'ERR_PARAMETER' | 'ERR_DATA_CHOICE'

const PLAN_NUMBERS = ['free', 'one-time', 'subscription', 'pay-per-use', 'bank']
const DAY = 86_400
const MOST_TEXT = 2000

/**
 * The document of an agreement, from what is offered and what was chosen. Pure: the same choices make the same document.
 * @param own what is the consumer's to offer
 */
export function draftAgreement(
  service: OfferedService,
  of: { listing: Hex; version: number; content: Hex; provider: AgreementParty; consumer: AgreementParty; blind: Hex },
  choices: Choices,
  own: OwnData,
): Result<{ document: AgreementDocument; planned: PlannedTerms }, Code> {
  const plan = service.plans.find(({ id }) => id === choices.plan)
  if (plan === undefined)
    return refuse(
      'ERR_PLAN',
      `"${choices.plan}" is no price plan of this listing: it has ${service.plans.map(({ id }) => id).join(', ')}`,
    )
  const parameters = chosenParameters(service, choices.parameters, own.meters)
  if (!parameters.ok) return parameters
  const data = agreedData(service, choices, own)
  if (!data.ok) return data
  const { title, kind, contract, terms } = service
  const offered = service.data?.readings?.policy
  return ok({
    document: {
      ...{ schema: 'opem/agreement/1' as const, ...of, title, kind },
      plan: { id: plan.id, kind: plan.kind, ...(plan.unit === undefined ? {} : { unit: plan.unit }) },
      ...{ parameters: parameters.value, data: data.value, text: contract.text, besides: '' },
      terms: { text: terms.text, ...(terms.url === undefined ? {} : { url: terms.url }) },
      ...(offered === undefined ? {} : { policy: policyBetween(offered, of) }),
    },
    planned: {
      ...{ plan: PLAN_NUMBERS.indexOf(plan.kind), price: BigInt(plan.price), interval: plan.interval ?? 0 },
      notice: contract.noticeDays * DAY,
    },
  })
}

const policyBetween = (offer: OdrlPolicy, of: { provider: AgreementParty; consumer: AgreementParty; blind: Hex }) =>
  odrlAgreement(offer, {
    ...{ uid: `urn:opem:agreement:${of.blind}`, assigner: of.provider.did, assignee: of.consumer.did },
  })

function chosenParameters(
  { parameters }: OfferedService,
  given: Readonly<Record<string, string>>,
  meters: readonly string[],
): Result<ChosenParameter[], 'ERR_PARAMETER'> {
  const no = (reason: string) => refuse('ERR_PARAMETER', reason)
  const unknown = Object.keys(given).find((name) => !parameters.some((one) => one.name === name))
  if (unknown !== undefined) return no(`"${unknown}" is no parameter of this listing`)
  const chosen: ChosenParameter[] = []
  for (const { name, label, type, required, choices, unit } of parameters) {
    const value = given[name]?.trim() ?? ''
    if (value === '') {
      if (required) return no(`"${label}" is needed`)
      continue
    }
    const problem = problemOf(type, value, choices, meters)
    if (problem !== undefined) return no(`"${label}" is "${value.slice(0, 60)}": ${problem}`)
    chosen.push({ name, label, value, ...(unit === undefined ? {} : { unit }) })
  }
  return ok(chosen)
}

/** Why a value cannot be of a parameter's type; undefined when it can. */
export function problemOf(
  type: string,
  value: string,
  choices: readonly string[] | undefined,
  meters: readonly string[],
): string | undefined {
  switch (type) {
    case 'text':
      return value.length > MOST_TEXT ? `at most ${MOST_TEXT} characters are possible` : undefined
    case 'number':
      return /^-?\d{1,15}(\.\d{1,9})?$/.test(value) ? undefined : 'a number such as 24 or 0.5 is needed'
    case 'choice':
      return choices?.includes(value) ? undefined : `one of ${(choices ?? []).join(', ')} is needed`
    case 'meter':
      return meters.includes(value) ? undefined : 'it is no meter that you may offer; authorise it first'
    case 'date':
      return isDate(value) ? undefined : 'a date such as 2026-12-01 is needed'
    default:
      return `parameters of the type "${type}" are not known here`
  }
}

function isDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false
  const parsed = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value)
}

function agreedData(
  { dataNeeded }: OfferedService,
  { meters, sources = {} }: Choices,
  own: OwnData,
): Result<AgreedData[], 'ERR_DATA_CHOICE'> {
  const no = (reason: string) => refuse('ERR_DATA_CHOICE', reason)
  const chosen = [...Object.keys(meters), ...Object.keys(sources)]
  const unknown = chosen.find((name) => !dataNeeded.some((one) => one.name === name))
  if (unknown !== undefined) return no(`"${unknown}" is no data that this listing needs`)
  const twice = Object.keys(meters).find((name) => Object.hasOwn(sources, name))
  if (twice !== undefined) return no(`"${twice}" comes from one place: a meter or a data set`)
  const data: AgreedData[] = []
  for (const { name, template, granularity, unit } of dataNeeded) {
    const [meter, id] = [meters[name], sources[name]]
    if (meter !== undefined && !own.meters.includes(meter))
      return no(`"${meter}" for "${name}" is no meter that you may offer; authorise it first`)
    const from = own.sources.find((one) => one.id === id)
    if (id !== undefined && from === undefined)
      return no(`"${id}" for "${name}" is no data set of yours and no agreement of yours about data`)
    data.push({
      ...{ name, template },
      ...(granularity === undefined ? {} : { granularity }),
      ...(unit === undefined ? {} : { unit }),
      ...(meter === undefined ? {} : { meter }),
      ...(from === undefined ? {} : { from }),
    })
  }
  return ok(data)
}
