import { ok, type Result, refuse } from '../errors/result.ts'
import { parseInstant } from '../periods/instant.ts'
import { Wh } from '../units/units.ts'

/** Reads one value strictly; `at` is its path, for the message. Throws a `ShapeFault`, which `parseWith` turns into a refusal. */
export type Read<T> = (value: unknown, at: string) => T

class ShapeFault extends Error {}

/** Ends a read: what was given at which path, and what was needed. */
export function fault(at: string, given: unknown, needed: string): never {
  throw new ShapeFault(`${at}: ${show(given)} given, ${needed} needed`)
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

/** Runs a read at the boundary: never throws for wrong input. */
export function parseWith<T, C extends string>(read: Read<T>, raw: unknown, at: string, code: C): Result<T, C> {
  try {
    return ok(read(raw, at))
  } catch (error) {
    if (error instanceof ShapeFault) return refuse(code, error.message)
    throw error
  }
}

type Fields = Readonly<Record<string, Read<unknown>>>
type Values<R extends Fields> = { readonly [K in keyof R]: ReturnType<R[K]> }
type Optional<R extends Fields> = { readonly [K in keyof R]?: ReturnType<R[K]> }

function asRecord(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fault(at, value, 'an object')
  return value as Record<string, unknown>
}

/** An object with exactly these fields; unknown ones are refused by name, absent optional ones stay absent. */
export const object =
  // biome-ignore lint/complexity/noBannedTypes: no optional fields is the empty record
    <R extends Fields, O extends Fields = {}>(required: R, optional?: O): Read<Values<R> & Optional<O>> =>
    (value, at) => {
      const given = asRecord(value, at)
      const fields: Fields = { ...required, ...optional }
      for (const name of Object.keys(given))
        if (!Object.hasOwn(fields, name))
          fault(`${at}.${name}`, given[name], `no such field (known: ${Object.keys(fields).join(', ')})`)
      const entries: [string, unknown][] = []
      for (const [name, read] of Object.entries(fields)) {
        const present = Object.hasOwn(given, name) && given[name] !== undefined
        if (present || Object.hasOwn(required, name)) entries.push([name, read(given[name], `${at}.${name}`)])
      }
      return Object.fromEntries(entries) as Values<R> & Optional<O>
    }

export const array =
  <T>(read: Read<T>, { least = 0, most = Number.POSITIVE_INFINITY } = {}): Read<readonly T[]> =>
  (value, at) => {
    if (!Array.isArray(value)) fault(at, value, 'an array')
    if (value.length < least || value.length > most) fault(`${at}.length`, value.length, `${least} to ${most} items`)
    return value.map((item, i) => read(item, `${at}[${i}]`))
  }

/** A map from any key, each value read alike. */
export const record =
  <T>(read: Read<T>): Read<Readonly<Record<string, T>>> =>
  (value, at) =>
    Object.fromEntries(Object.entries(asRecord(value, at)).map(([key, item]) => [key, read(item, `${at}["${key}"]`)]))

export const oneOf =
  <const T extends readonly (string | number)[]>(...values: T): Read<T[number]> =>
  (value, at) =>
    values.includes(value as T[number])
      ? (value as T[number])
      : fault(at, value, values.map((v) => JSON.stringify(v)).join(' or '))

export const text =
  (pattern = /^\P{Cc}{1,200}$/u, needed = 'a text of 1 to 200 characters'): Read<string> =>
  (value, at) =>
    typeof value === 'string' && pattern.test(value) ? value : fault(at, value, needed)

/** A whole JSON number, exact, in range. */
export const integer =
  (least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): Read<number> =>
  (value, at) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most && !Object.is(value, -0)
      ? value
      : fault(at, value, `a whole number from ${least} to ${most}`)

export const wattHours: Read<Wh> = (value, at) => Wh(integer(0)(value, at))

export const hex = (bytes: number): Read<`0x${string}`> => {
  const pattern = new RegExp(`^0x[0-9a-f]{${bytes * 2}}$`)
  return (value, at) => text(pattern, `${bytes} bytes of lower-case hex with 0x`)(value, at) as `0x${string}`
}

/** An ISO 8601 time as seconds since 1970. */
export const instant: Read<number> = (value, at) => {
  if (typeof value !== 'string') return fault(at, value, 'a time like "2015-06-01T04:00:00Z"')
  const parsed = parseInstant(value)
  return parsed.ok
    ? parsed.value
    : fault(at, value, 'a time with an offset in whole seconds, like "2015-06-01T04:00:00Z"')
}
