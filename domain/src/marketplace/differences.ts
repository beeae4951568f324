import { canonicalJson } from '../rules/canonical-json.ts'

/** One place at which two documents differ; what is missing on a side is undefined there. */
export interface Difference {
  /** Names and numbers with dots: `plans.0.price`. */
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

/**
 * Where two JSON documents differ, in the order of their fields, down to single values. Items of lists are compared by place.
 * @example differences({ title: 'A', keywords: [] }, { title: 'B', keywords: ['x'] })
 * // [{ path: 'title', before: 'A', after: 'B' }, { path: 'keywords.0', before: undefined, after: 'x' }]
 */
export function differences(before: unknown, after: unknown, at = ''): Difference[] {
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after))
    return same(before, after) ? [] : [{ path: at, before, after }]
  const [left, right] = [before as Record<string, unknown>, after as Record<string, unknown>]
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])]
  return names.flatMap((name) => differences(left[name], right[name], at === '' ? name : `${at}.${name}`))
}

const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null

const same = (a: unknown, b: unknown): boolean =>
  a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b))
