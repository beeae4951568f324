import { readFileSync } from 'node:fs'
import {
  ALLOCATION_KEYS,
  type Allocation,
  type AllocationKey,
  OpemError,
  type PriceSeries,
  parsePriceSeries,
  parseRules,
  type Result,
  type RulesDocument,
} from '@opem/domain'
import { unreadable } from './lines.ts'

/** What settles the periods: rule versions, or one key with its defaults. */
export type Settling =
  | { readonly kind: 'rules'; readonly rules: readonly RulesDocument[] }
  | { readonly kind: 'defaults'; readonly allocation: Allocation }

function readJson(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw unreadable(file, cause)
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new OpemError({
      code: 'ERR_JSON',
      shortMessage: `${file} is not JSON: ${(cause as Error).message}`,
      details: { file },
      cause,
    })
  }
}

/** The value, or the refusal as an error that names the file. */
function need<T>(file: string, result: Result<T>): T {
  if (result.ok) return result.value
  throw new OpemError({ code: result.code, shortMessage: `${file}: ${result.reason}`, details: { file } })
}

const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

/** Rules documents of a file: one, or an array of versions. @throws ERR_FILE, ERR_JSON, ERR_RULES */
export const readRules = (file: string): readonly RulesDocument[] => {
  const rules = asArray(readJson(file)).map((raw) => need(file, parseRules(raw)))
  if (rules.length > 0) return rules
  throw new OpemError({ code: 'ERR_RULES', shortMessage: `${file} holds no rules document` })
}

/** Price series of files, each one series or an array of them. @throws ERR_FILE, ERR_JSON, ERR_PRICES */
export const readPrices = (files: readonly string[]): readonly PriceSeries[] =>
  files.flatMap((file) => asArray(readJson(file)).flatMap((raw) => need(file, parsePriceSeries(raw))))

const NEEDS: Readonly<Record<Exclude<AllocationKey, 'even' | 'pro-rata'>, string>> = {
  static: '{"allocation":{"key":"static","coefficients":{"A":60,"B":40}}}, a whole weight per member',
  calendar:
    '{"allocation":{"key":"calendar","timeZone":"Europe/Madrid","coefficients":{"A":[168 weights, Monday 00:00 first]}}}',
  priority: '{"allocation":{"key":"priority","order":["A","B"]}}, the members in order',
}

/** What `--key` and `--rules` mean together. @throws ERR_KEY, ERR_RULES_NEEDED, ERR_KEY_MISMATCH and those of `readRules` */
export function settlingOf(key: string | undefined, file: string | undefined): Settling {
  if (key !== undefined && !ALLOCATION_KEYS.includes(key as AllocationKey))
    throw new OpemError({
      code: 'ERR_KEY',
      shortMessage: `"${key}" is not an allocation key: give one of ${ALLOCATION_KEYS.join(', ')}`,
    })
  if (file !== undefined) {
    const rules = readRules(file)
    const other = rules.find(({ allocation }) => key !== undefined && allocation.key !== key)
    if (other)
      throw new OpemError({
        code: 'ERR_KEY_MISMATCH',
        shortMessage: `--key ${key} was given, but the rules from ${other.from} in ${file} say ${other.allocation.key}: leave --key out to follow the rules`,
      })
    return { kind: 'rules', rules }
  }
  if (key === undefined)
    throw new OpemError({
      code: 'ERR_KEY',
      shortMessage: `--key or --rules is needed: a key is one of ${ALLOCATION_KEYS.join(', ')}`,
    })
  if (key === 'even' || key === 'pro-rata') return { kind: 'defaults', allocation: { key } }
  throw new OpemError({
    code: 'ERR_RULES_NEEDED',
    shortMessage: `the key ${key} needs --rules FILE, a rules document with "version", "from" and ${NEEDS[key as keyof typeof NEEDS]}`,
  })
}
