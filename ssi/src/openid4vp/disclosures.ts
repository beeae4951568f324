import { createHash } from 'node:crypto'
import { ok, type Result, refuse } from '@opem/domain'
import { decodeBase64url } from '../did/base64url.ts'

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** A disclosure: of an object's member, or of an array's element when it has no name. */
interface Disclosure {
  readonly name: string | undefined
  readonly value: Json
}

/** Claims that an issuer may not make selectively disclosable (SD-JWT VC §2.2.2.2): they decide whether it is valid. */
const ALWAYS_VISIBLE = ['iss', 'nbf', 'exp', 'cnf', 'vct', 'vct#integrity', 'status']
const DEEPEST = 12

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')

class Invalid extends Error {}
const invalid = (reason: string): never => {
  throw new Invalid(reason)
}

/**
 * The claims that an issuer signed and a holder disclosed (RFC 9901 §7.1): each digest is replaced by its disclosure or
 * left out. Every disclosure has to be used exactly once, and no digest may stand twice.
 */
export function discloseClaims(
  payload: Readonly<Record<string, unknown>>,
  disclosures: readonly string[],
): Result<Readonly<Record<string, unknown>>, 'SHAPE'> {
  try {
    const { _sd_alg = 'sha-256', ...rest } = payload
    if (_sd_alg !== 'sha-256') invalid('its digests are not SHA-256')
    const given = new Map(disclosures.map((text) => [sha256(text), read(text)]))
    if (given.size !== disclosures.length) invalid('a disclosure stands twice')
    const seen = new Set<string>()
    const used = new Set<string>()
    const disclosed = (digest: unknown): Disclosure | undefined => {
      if (typeof digest !== 'string') return invalid('a digest is not a text')
      if (seen.has(digest)) invalid('a digest stands twice')
      seen.add(digest)
      const found = given.get(digest)
      if (found) used.add(digest)
      return found
    }
    const claims = objectOf(rest as Record<string, Json>, disclosed, 0)
    if (used.size !== given.size) invalid('a disclosure belongs to no digest that the issuer signed')
    return ok(claims)
  } catch (error) {
    if (error instanceof Invalid) return refuse('SHAPE', error.message)
    throw error
  }
}

function read(text: string): Disclosure {
  const bytes = decodeBase64url(text)
  const value = bytes ? parse(bytes) : undefined
  if (!Array.isArray(value) || typeof value[0] !== 'string') return invalid('a disclosure is not [salt, …]')
  if (value.length === 2) return { name: undefined, value: value[1] as Json }
  const [, name, claim] = value
  if (value.length !== 3 || typeof name !== 'string') return invalid('a disclosure is not [salt, name, value]')
  if (['_sd', '...', '_sd_alg', '__proto__'].includes(name)) invalid(`a disclosure is named ${name}`)
  return { name, value: claim as Json }
}

type Find = (digest: unknown) => Disclosure | undefined

function visibleValue(value: Json, find: Find, depth: number): Json {
  if (depth > DEEPEST) invalid('its claims are nested too deep')
  if (Array.isArray(value)) return arrayOf(value, find, depth)
  if (typeof value === 'object' && value !== null) return objectOf(value as Record<string, Json>, find, depth)
  return value
}

function objectOf(object: Readonly<Record<string, Json>>, find: Find, depth: number): Record<string, Json> {
  const { _sd: digests = [], ...visible } = object
  if (!Array.isArray(digests)) invalid('_sd is not a list')
  if (Object.hasOwn(visible, '...') || Object.hasOwn(visible, '_sd_alg')) invalid('a reserved name is used as a claim')
  const entries = new Map(Object.entries(visible).map(([name, value]) => [name, visibleValue(value, find, depth + 1)]))
  for (const digest of digests as readonly Json[]) {
    const found = find(digest)
    if (!found) continue
    const { name, value } = found
    if (name === undefined) return invalid('an array element is disclosed as a member')
    if (depth === 0 && ALWAYS_VISIBLE.includes(name)) invalid(`${name} may not be disclosed selectively`)
    if (entries.has(name)) invalid(`${name} stands twice`)
    entries.set(name, visibleValue(value, find, depth + 1))
  }
  return Object.fromEntries(entries)
}

const arrayOf = (array: readonly Json[], find: Find, depth: number): Json[] =>
  array.flatMap((element): Json[] => {
    if (typeof element !== 'object' || element === null || !Object.hasOwn(element, '...')) {
      return [visibleValue(element, find, depth + 1)]
    }
    const { '...': digest, ...others } = element as Record<string, Json>
    if (Object.keys(others).length > 0) invalid('a hidden array element has other members')
    const found = find(digest)
    if (!found) return []
    if (found.name !== undefined) invalid('a member is disclosed as an array element')
    return [visibleValue(found.value, find, depth + 1)]
  })

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}
