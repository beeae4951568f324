import type { Capability } from '@opem/domain'
import type { Scope } from '../caller/caller.ts'

/** One reason to let somebody in. Those about a community are asked of the chain and the store. */
export type Grant =
  | 'anybody'
  | 'person'
  | 'system'
  | 'operator'
  | 'company-administrator'
  | 'community-administrator'
  | 'community-auditor'
  | 'community-member'
  | `scope:${Scope}`
  | `may:${Capability}`

export interface Rule {
  /** What is needed, as the end of "this needs …". */
  readonly needs: string
  /** Any one of them is enough. */
  readonly grants: readonly Grant[]
}

const rule = (needs: string, ...grants: Grant[]): Rule => ({ needs, grants })

/** Who may what: every route names one of these. */
export const RULES = {
  public: rule('nothing', 'anybody'),
  'own-session': rule('somebody who signed in', 'person'),
  'signed-in': rule('somebody who signed in, or a system', 'person', 'system'),
  operator: rule('the marketplace operator', 'operator'),
  govern: rule(
    "the marketplace operator, or the operator's command line",
    'may:management-and-governance',
    'scope:operator',
  ),
  'company-administrator': rule("a company's administrator", 'company-administrator'),
  'send-readings': rule(
    'a system with the scope "readings" that is configured for the meters, or the operator',
    'scope:readings',
    'scope:operator',
    'operator',
  ),
  'read-readings': rule(
    "the meter's own holder, a system that is configured for it or settles, or the operator",
    'person',
    'scope:readings',
    'scope:oracle',
    'scope:operator',
    'operator',
  ),
  'publish-prices': rule("the marketplace operator, or the operator's command line", 'scope:operator', 'operator'),
  'read-systems': rule('a system with the scope "systems"', 'scope:systems'),
  settle: rule('a system with the scope "oracle"', 'scope:oracle'),
  'administer-community': rule("the community's administrator", 'community-administrator', 'scope:operator'),
  'give-consent': rule('the member whose account signed the consent', 'person', 'scope:operator'),
  'withdraw-consent': rule(
    'the member whose account signed the consent, or the community’s administrator',
    'community-administrator',
    'scope:operator',
    'person',
  ),
  'own-meters': rule('a member of the community', 'community-member'),
  'read-trading': rule(
    "the community's administrator, an auditor it named, or a member who asks for their own with ?member=",
    'community-administrator',
    'community-auditor',
    'scope:oracle',
    'scope:operator',
    'community-member',
  ),
  publish: rule('the role "service-provider", or "data-provider" for data', 'may:publish', 'may:share-data'),
  advertise: rule('the role "service-provider", or "data-provider" for data', 'may:advertising', 'may:share-data'),
  'manage-service': rule(
    'the provider of the service, or the marketplace operator',
    'may:publish',
    'may:share-data',
    'may:management-and-governance',
  ),
  'govern-market': rule('the marketplace operator', 'may:management-and-governance'),
  contracting: rule('a provider or user of services or data', 'may:contracting'),
  billing: rule('a provider or user of services or data', 'may:billing'),
  'see-payment': rule('a side of the payment, or the marketplace operator', 'may:billing', 'operator'),
  provisioning: rule('a data provider or service provider', 'may:provisioning'),
  'use-service': rule(
    'a service user, of data a data user, or a system of their company with the scope "services"',
    'may:use-service',
    'may:access-data',
    'scope:services',
  ),
  'share-data': rule('the role "data-provider"', 'may:share-data'),
  'access-data': rule('the role "data-user"', 'may:access-data'),
  'data-consent': rule('somebody who signed in, for their own meters', 'person'),
  'request-innovation': rule('the role "service-user"', 'may:open-innovation-request'),
  'propose-innovation': rule('the role "service-provider"', 'may:open-innovation-service-procurement'),
  'see-innovation': rule(
    'the role "service-user" or "service-provider"',
    'may:open-innovation-request',
    'may:open-innovation-service-procurement',
  ),
  'request-composition': rule('the role "service-user"', 'may:service-composition-request'),
  'decide-composition': rule('the role "service-provider"', 'may:service-composition-procurement'),
  'see-composition': rule(
    'the role "service-user" or "service-provider"',
    'may:service-composition-request',
    'may:service-composition-procurement',
  ),
  'run-composition': rule(
    'the role "service-user", or a system of their company with the scope "services"',
    'may:service-composition-request',
    'scope:services',
  ),
  search: rule('a provider or user of services or data', 'may:search'),
  'see-listing': rule('a provider or user of services or data, or the marketplace operator', 'may:search', 'operator'),
  rate: rule('a user of services or data', 'may:use-service', 'may:access-data'),
  'answer-ratings': rule('a provider of services or data', 'may:publish', 'may:share-data'),
  'name-auditors': rule("the community's administrator", 'community-administrator'),
} as const satisfies Readonly<Record<string, Rule>>

export type RuleName = keyof typeof RULES
