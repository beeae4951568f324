import { DATA_PURPOSES, type DataPurpose, dataPurposes, type UsePolicy } from './policy.ts'

/** A policy in ODRL 2.2 (W3C Recommendation, https://www.w3.org/TR/odrl-model/), as JSON-LD. */
export type OdrlPolicy = Readonly<Record<string, unknown>>

const CONTEXT = 'http://www.w3.org/ns/odrl.jsonld'
const DPV = 'https://w3id.org/dpv#'

const constraint = (leftOperand: string, operator: string, rightOperand: unknown) => ({
  leftOperand,
  operator,
  rightOperand,
})

/**
 * The ODRL Offer of a data set.
 * @param of `target`: the data set as IRI, `assigner`: DID of its provider
 */
export function odrlOffer(policy: UsePolicy, of: { readonly target: string; readonly assigner: string }): OdrlPolicy {
  const { purposes, countries, until, times, deleteAfterDays, attribution, redistribution, recipients } = policy
  const named = redistribution ? [] : recipients
  const constraints = [
    constraint(
      'purpose',
      'isAnyOf',
      purposes.map((purpose) => ({ '@id': `${DPV}${purpose}` })),
    ),
    ...(countries.length === 0 ? [] : [constraint('spatial', 'isAnyOf', [...countries])]),
    ...(until === null ? [] : [constraint('dateTime', 'lt', { '@value': instantOf(until), '@type': 'xsd:dateTime' })]),
    ...(times === null ? [] : [constraint('count', 'lteq', times)]),
  ]
  return {
    '@context': CONTEXT,
    '@type': 'Offer',
    uid: `${of.target}#policy`,
    target: of.target,
    assigner: of.assigner,
    permission: [
      {
        action: 'use',
        constraint: constraints,
        ...(attribution === '' ? {} : { duty: [{ action: 'attribute', attributedParty: attribution }] }),
      },
      ...(named.length === 0
        ? []
        : [
            {
              action: 'distribute',
              constraint: [
                constraint(
                  'recipient',
                  'isAnyOf',
                  named.map((did) => ({ '@id': did })),
                ),
              ],
            },
          ]),
    ],
    ...(redistribution ? {} : { prohibition: [{ action: 'distribute' }] }),
    // Whom a permission names may, although all others may not.
    ...(named.length === 0 ? {} : { conflict: 'perm' }),
    ...(deleteAfterDays === null
      ? {}
      : {
          obligation: [
            {
              action: 'delete',
              constraint: [
                constraint('elapsedTime', 'lteq', { '@value': `P${deleteAfterDays}D`, '@type': 'xsd:duration' }),
              ],
            },
          ],
        }),
  }
}

/** The same rules between two parties: what an agreement's document embeds. */
export const odrlAgreement = (
  offer: OdrlPolicy,
  of: { readonly uid: string; readonly assigner: string; readonly assignee: string },
): OdrlPolicy => ({ ...offer, '@type': 'Agreement', ...of })

/** What of a policy is not understood, and where: `permission.0.constraint.1.leftOperand`. */
export interface OdrlProblem {
  readonly path: string
  readonly message: string
}

/**
 * Reads the part of ODRL that this marketplace checks or reminds of. Anything else is refused with its place: a rule that
 * nobody keeps is worse than none.
 */
export function readOdrl(
  raw: unknown,
):
  | { readonly ok: true; readonly policy: UsePolicy }
  | { readonly ok: false; readonly problems: readonly OdrlProblem[] } {
  const problems: OdrlProblem[] = []
  const say = (path: string, message: string) => void problems.push({ path, message })
  const top = record(raw, '', TOP, say)
  if (top['@context'] !== CONTEXT) say('@context', `"${CONTEXT}" is needed`)
  if (top['@type'] !== 'Offer' && top['@type'] !== 'Agreement') say('@type', '"Offer" or "Agreement" is needed')
  for (const name of ['uid', 'target', 'assigner']) if (!isText(top[name])) say(name, 'an IRI is needed')
  if (top['@type'] === 'Agreement' && !isText(top.assignee)) say('assignee', 'an agreement names who may use the data')

  const policy: { -readonly [K in keyof UsePolicy]: UsePolicy[K] } = {
    ...{ purposes: [], countries: [], until: null, times: null },
    ...{ deleteAfterDays: null, attribution: '', redistribution: true, recipients: [] },
  }
  const both = Array.isArray(top.permission) && top.permission.length === 2 ? (top.permission as unknown[]) : undefined
  const exception = both?.[1]
  const permission = one(both === undefined ? top.permission : [both[0]], 'permission', say)
  if (permission) {
    const rule = record(permission, 'permission.0', ['action', 'constraint', 'duty'], say)
    if (rule.action !== 'use')
      say('permission.0.action', `the action "${shown(rule.action)}" is not known here: use "use"`)
    readConstraints(rule.constraint, policy, say)
    if (rule.duty !== undefined) {
      const duty = record(
        one(rule.duty, 'permission.0.duty', say),
        'permission.0.duty.0',
        ['action', 'attributedParty'],
        say,
      )
      if (duty.action !== 'attribute')
        say('permission.0.duty.0.action', `the action "${shown(duty.action)}" is no duty known here: use "attribute"`)
      if (isText(duty.attributedParty) && duty.attributedParty.length <= 200) policy.attribution = duty.attributedParty
      else say('permission.0.duty.0.attributedParty', 'the name of the source is needed, at most 200 characters')
    }
  }
  if (top.prohibition !== undefined) {
    const rule = record(one(top.prohibition, 'prohibition', say), 'prohibition.0', ['action'], say)
    if (rule.action === 'distribute') policy.redistribution = false
    else say('prohibition.0.action', `the action "${shown(rule.action)}" is not known here: use "distribute"`)
  }
  if (exception !== undefined) readRecipients(exception, top, policy, say)
  else if (top.conflict !== undefined) say('conflict', 'it is needed beside a permission for recipients alone')
  if (top.obligation !== undefined) readObligation(top.obligation, policy, say)
  return problems.length === 0 ? { ok: true, policy } : { ok: false, problems }
}

const PARTIES = ['@context', '@type', 'uid', 'target', 'assigner', 'assignee']
const TOP = [...PARTIES, 'permission', 'prohibition', 'obligation', 'conflict']

type Say = (path: string, message: string) => void
type Mutable = { -readonly [K in keyof UsePolicy]: UsePolicy[K] }

function readConstraints(raw: unknown, policy: Mutable, say: Say): void {
  const at = 'permission.0.constraint'
  if (!Array.isArray(raw) || raw.length === 0) {
    say(at, 'a list with at least the purpose is needed')
    return
  }
  const seen = new Set<unknown>()
  for (const [index, item] of raw.entries()) {
    const path = `${at}.${index}`
    const { leftOperand, operator, rightOperand: right } = record(item, path, CONSTRAINT, say)
    if (seen.has(leftOperand)) say(`${path}.leftOperand`, `"${shown(leftOperand)}" is here twice`)
    seen.add(leftOperand)
    const needs = (wanted: string) => {
      if (operator !== wanted) say(`${path}.operator`, `"${shown(operator)}" is not known here: use "${wanted}"`)
    }
    const wrong = (message: string) => say(`${path}.rightOperand`, message)
    switch (leftOperand) {
      case 'purpose': {
        needs('isAnyOf')
        const found = purposesOf(right)
        if (found === undefined) wrong(`a list of { "@id": "${DPV}…" } with ${dataPurposes.join(', ')} is needed`)
        else policy.purposes = found
        break
      }
      case 'spatial':
        needs('isAnyOf')
        if (isCountries(right)) policy.countries = right
        else wrong('a list of countries of ISO 3166-1 is needed, like ["ES"]')
        break
      case 'dateTime': {
        needs('lt')
        const text = typed(right, 'xsd:dateTime')
        const at = text === undefined ? Number.NaN : Date.parse(text) / 1000
        if (text !== undefined && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text) && Number.isInteger(at))
          policy.until = at
        else wrong('{ "@value": "2027-01-01T00:00:00Z", "@type": "xsd:dateTime" } is needed')
        break
      }
      case 'count':
        needs('lteq')
        if (isWhole(right, 1_000_000)) policy.times = right
        else wrong('a whole number from 1 to 1000000 is needed')
        break
      default:
        say(`${path}.leftOperand`, `"${shown(leftOperand)}" is not known here: use purpose, spatial, dateTime or count`)
    }
  }
  if (!seen.has('purpose')) say(at, 'a purpose is needed: data are never for anything at all')
}

const MOST_RECIPIENTS = 100

/** To whom data may be passed on although nobody else may get them: a permission that outweighs the prohibition. */
function readRecipients(raw: unknown, top: Record<string, unknown>, policy: Mutable, say: Say): void {
  const rule = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {}
  if (rule.action !== 'distribute') {
    say('permission', 'a list with one permission to use is needed, and at most one to distribute')
    return
  }
  record(raw, 'permission.1', ['action', 'constraint'], say)
  const at = 'permission.1.constraint'
  const { leftOperand, operator, rightOperand } = record(one(rule.constraint, at, say), `${at}.0`, CONSTRAINT, say)
  if (leftOperand !== 'recipient')
    say(`${at}.0.leftOperand`, `"${shown(leftOperand)}" is not known here: use "recipient"`)
  if (operator !== 'isAnyOf') say(`${at}.0.operator`, `"${shown(operator)}" is not known here: use "isAnyOf"`)
  const dids = didsOf(rightOperand)
  if (dids === undefined) say(`${at}.0.rightOperand`, 'a list of { "@id": "did:…" } is needed, at most 100')
  else policy.recipients = dids
  if (top.prohibition === undefined)
    say('prohibition', 'recipients are an exception: prohibit "distribute" for all others')
  if (top.conflict !== 'perm') say('conflict', '"perm" is needed: the permission outweighs the prohibition')
}

const DID = /^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$/

const didsOf = (raw: unknown): string[] | undefined => {
  if (!Array.isArray(raw) || raw.length === 0 || raw.length > MOST_RECIPIENTS) return undefined
  const found = raw.map((item) => {
    const id: unknown = typeof item === 'object' && item !== null ? (item as Record<string, unknown>)['@id'] : undefined
    return isText(id) && id.length <= 200 && DID.test(id) && Object.keys(item as object).length === 1 ? id : ''
  })
  return found.includes('') || new Set(found).size !== found.length ? undefined : found
}

function readObligation(raw: unknown, policy: Mutable, say: Say): void {
  const rule = record(one(raw, 'obligation', say), 'obligation.0', ['action', 'constraint'], say)
  if (rule.action !== 'delete')
    say('obligation.0.action', `the action "${shown(rule.action)}" is not known here: use "delete"`)
  const at = 'obligation.0.constraint'
  const after = record(one(rule.constraint, at, say), `${at}.0`, CONSTRAINT, say)
  if (after.leftOperand !== 'elapsedTime')
    say(`${at}.0.leftOperand`, `"${shown(after.leftOperand)}" is not known here: use "elapsedTime"`)
  if (after.operator !== 'lteq') say(`${at}.0.operator`, `"${shown(after.operator)}" is not known here: use "lteq"`)
  const days = Number(/^P([1-9]\d{0,3})D$/.exec(typed(after.rightOperand, 'xsd:duration') ?? '')?.[1])
  if (Number.isInteger(days)) policy.deleteAfterDays = days
  else say(`${at}.0.rightOperand`, 'whole days are needed: { "@value": "P30D", "@type": "xsd:duration" }')
}

const CONSTRAINT = ['leftOperand', 'operator', 'rightOperand']

function record(raw: unknown, path: string, known: readonly string[], say: Say): Record<string, unknown> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    if (raw !== undefined || path === '') say(path, 'an object is needed')
    return {}
  }
  for (const name of Object.keys(raw))
    if (!known.includes(name)) say(path === '' ? name : `${path}.${name}`, `"${name}" is not known here`)
  return raw as Record<string, unknown>
}

function one(raw: unknown, path: string, say: Say): unknown {
  if (Array.isArray(raw) && raw.length === 1) return raw[0]
  say(path, 'a list with one rule is needed')
  return undefined
}

const purposesOf = (raw: unknown): DataPurpose[] | undefined => {
  if (!Array.isArray(raw) || raw.length === 0) return undefined
  const found = raw.map((item) => {
    const id: unknown = typeof item === 'object' && item !== null ? (item as Record<string, unknown>)['@id'] : undefined
    return isText(id) && id.startsWith(DPV) ? id.slice(DPV.length) : ''
  })
  const known = found.every((name): name is DataPurpose => Object.hasOwn(DATA_PURPOSES, name))
  return known && new Set(found).size === found.length ? (found as DataPurpose[]) : undefined
}

const typed = (raw: unknown, type: string): string | undefined => {
  const found = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {}
  const value = found['@value']
  return found['@type'] === type && isText(value) && Object.keys(found).length === 2 ? value : undefined
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 500
const isWhole = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most
const isCountries = (value: unknown): value is string[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((one) => typeof one === 'string' && /^[A-Z]{2}$/.test(one)) &&
  new Set(value).size === value.length
const shown = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 60) : typeof value)
const instantOf = (epoch: number): string => new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')
