import { OpemError } from '../errors/opem-error.ts'

const refuseValue = (given: string): never => {
  throw new OpemError({
    code: 'ERR_CANONICAL_JSON',
    shortMessage: `${given} has no canonical JSON form: only null, booleans, finite numbers, well-formed text, arrays, objects`,
  })
}

/**
 * Canonical JSON (RFC 8785): keys sorted by UTF-16 code units, ECMAScript numbers and strings, no white space. Absent and
 * undefined fields are the same. @throws ERR_CANONICAL_JSON
 * @example canonicalJson({ b: 1, a: [1e21, 'é'] }) // '{"a":[1e+21,"é"],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : refuseValue(String(value))
  // RFC 8785 §3.2.2.2: lone surrogates are an error.
  if (typeof value === 'string')
    return value.isWellFormed() ? JSON.stringify(value) : refuseValue('text with a lone surrogate')
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`
  if (typeof value !== 'object') return refuseValue(`a ${typeof value}`)
  const fields = Object.entries(value).filter(([, item]) => item !== undefined)
  fields.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, item]) => `${canonicalJson(name)}:${canonicalJson(item)}`).join(',')}}`
}
