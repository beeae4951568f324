import { type Actor, MARKET_ROLES } from './roles.ts'

/** One row of the table: its name as printed there, and the columns with a cross. */
export interface CapabilityRule {
  readonly name: string
  readonly actors: readonly Actor[]
}

const rule = (name: string, ...actors: Actor[]): CapabilityRule => ({ name, actors })

/** Who may use what: D2.3 Table 5, "BD4OPEM Marketplace Authorisation matrix", row by row and in its order. */
export const AUTHORISATION_MATRIX = {
  contracting: rule('Contracting', ...MARKET_ROLES),
  search: rule('Search', ...MARKET_ROLES),
  provisioning: rule('Provisioning', 'data-provider', 'service-provider'),
  billing: rule('Billing', ...MARKET_ROLES),
  'management-and-governance': rule('Management & governance', 'operator'),
  'use-service': rule('Use service', 'service-user'),
  advertising: rule('Advertising', 'service-provider'),
  publish: rule('Publish', 'service-provider'),
  'open-innovation-request': rule('Open innovation request', 'service-user'),
  'open-innovation-service-procurement': rule('Open Innovation service procurement', 'service-provider'),
  authentication: rule('Authentication', ...MARKET_ROLES, 'operator'),
  'access-data': rule('Access data', 'data-user'),
  'share-data': rule('Share data', 'data-provider'),
  'service-composition-request': rule('Service composition request', 'service-user'),
  'service-composition-procurement': rule('Service composition procurement', 'service-provider'),
} as const satisfies Readonly<Record<string, CapabilityRule>>

export type Capability = keyof typeof AUTHORISATION_MATRIX

/** The rows of the table, in its order. */
export const CAPABILITIES = Object.keys(AUTHORISATION_MATRIX) as Capability[]
