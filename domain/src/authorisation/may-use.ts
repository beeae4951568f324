import { AUTHORISATION_MATRIX, type Capability } from './matrix.ts'
import type { Actor } from './roles.ts'

/** Whether one of the caller's actors has a cross in the capability's row. No actor, no capability. */
export const mayUse = (actors: readonly Actor[], capability: Capability): boolean => {
  const allowed: readonly Actor[] = AUTHORISATION_MATRIX[capability].actors
  return actors.some((actor) => allowed.includes(actor))
}

const PLURAL: Readonly<Record<Actor, string>> = {
  'data-provider': 'data providers',
  'service-provider': 'service providers',
  'data-user': 'data users',
  'service-user': 'service users',
  operator: 'the marketplace operator',
}

/**
 * The rule in words, for a refusal or a hint.
 * @example ruleText('share-data') // 'Share data is for data providers (D2.3 Table 5)'
 */
export function ruleText(capability: Capability): string {
  const { name, actors } = AUTHORISATION_MATRIX[capability]
  const words = actors.map((actor) => PLURAL[actor])
  const last = words.at(-1) as string
  const who = words.length === 1 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
  return `${name} is for ${who} (D2.3 Table 5)`
}
