import type { ListingKind, PricePlanKind } from '@opem/domain'
import type { ListingOnChain, Service } from '../api/services.ts'

export const KIND_NAMES: Record<ListingKind, string> = {
  analytic: 'Analytic service',
  data: 'Data',
  'energy-grid': 'Energy-grid service',
  composed: 'Composed service',
}

export const PLAN_NAMES: Record<PricePlanKind, string> = {
  free: 'Free',
  'one-time': 'Once',
  subscription: 'Subscription',
  'pay-per-use': 'Pay per use',
  bank: 'Bank transfer',
}

const DRAFT_STATES: Record<Service['state'], string> = {
  draft: 'draft',
  submitted: 'waits for review',
  rejected: 'rejected',
  approved: 'approved',
  published: 'published',
}

/** Where a listing is, in a word or two. */
export function stateText({ state, chain }: Pick<Service, 'state' | 'chain'>): string {
  if (chain === null || chain.state === 'published')
    return state === 'published' || chain === null ? DRAFT_STATES[state] : `published; update: ${DRAFT_STATES[state]}`
  return chain.state
}

export const isOpen = (chain: ListingOnChain): boolean => chain?.state === 'published'

const FIELD_WORDS: Record<string, string> = {
  nonFunctional: 'non-functional',
  dataNeeded: 'data needed',
  baseUrl: 'address of the service',
  noticeDays: 'days of notice',
  composition: 'working together',
  before: 'may come before it',
  after: 'may come after it',
  takes: 'what it takes',
  gives: 'what it gives',
  path: 'where a chain calls it',
}

/** A path of a document as people read it. @example fieldName('plans.0.price') // 'plans › 1 › price' */
export const fieldName = (path: string): string =>
  path === ''
    ? 'the document'
    : path
        .split('.')
        .map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : (FIELD_WORDS[part] ?? part)))
        .join(' › ')
