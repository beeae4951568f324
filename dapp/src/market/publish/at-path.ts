type Tree = Readonly<Record<string, unknown>>

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null

/** The value at a path of names and numbers with dots; undefined when there is none. */
export const valueAt = (document: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((at, name) => (isTree(at) ? at[name] : undefined), document)

/**
 * The same document with another value at a path; what is undefined is left out.
 * @example setAt({ plans: [{ price: 1 }] }, 'plans.0.price', 2) // { plans: [{ price: 2 }] }
 */
export function setAt<T>(document: T, path: string, value: unknown): T {
  const [name = '', ...rest] = path.split('.')
  const inner = rest.length === 0 ? value : setAt(isTree(document) ? document[name] : undefined, rest.join('.'), value)
  if (Array.isArray(document)) return document.with(Number(name), inner) as T
  const { [name]: _old, ...others } = (isTree(document) ? document : {}) as Record<string, unknown>
  if (inner === undefined) return others as T
  return { ...(isTree(document) ? document : {}), [name]: inner } as T
}
