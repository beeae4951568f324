import type { Hex } from '../commitment/bytes.ts'
import type { ListingDocument } from './listing-document.ts'

/** Services of one chain; the registry (ICompositionRegistry.sol) has the same bounds. */
export const FEWEST_STEPS = 2
export const MOST_STEPS = 8

/** A service as far as chaining goes. */
export interface Composable {
  readonly listing: Hex
  readonly category: string
  /** What it says of its neighbours: ids of listings, or categories. Empty: nothing. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** Shapes of data that it takes from the one before and gives to the one after. Empty: nothing is said. */
  readonly takes: readonly string[]
  readonly gives: readonly string[]
}

/** What the operator says of two neighbours, by listing or category. A word about listings outweighs one about categories. */
export interface CompositionPair {
  readonly before: string
  readonly after: string
  readonly rule: 'allow' | 'forbid'
}

export type ChainProblem = 'forbidden' | 'not-named' | 'data' | 'repeated' | 'too-short' | 'too-long'

/** `at` is the place of the service that does not fit. */
export type ChainVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly at: number; readonly problem: ChainProblem; readonly reason: string }

const FITS: ChainVerdict = { ok: true }
const no = (at: number, problem: ChainProblem, reason: string): ChainVerdict => ({ ok: false, at, problem, reason })

/** What a listing's document says about chaining. */
export const composableOf = (
  listing: Hex,
  { category, composition }: Pick<ListingDocument, 'category' | 'composition'>,
): Composable => ({
  ...{ listing, category, before: composition.before, after: composition.after },
  ...{ takes: composition.takes ?? [], gives: composition.gives ?? [] },
})

/**
 * Whether `second` may come right after `first`. The operator decides first. Otherwise one of the two names the other, and
 * neither has a list on which the other is missing; and if both say what data they give and take, a shape is on both lists.
 */
export function mayFollow(first: Composable, second: Composable, pairs: readonly CompositionPair[] = []): ChainVerdict {
  const ruled = ruleOf(first, second, pairs)
  if (ruled === 'forbid') return no(1, 'forbidden', 'the marketplace does not allow these two after one another')
  if (ruled === undefined) {
    const wanted = named(first.after, second)
    const accepted = named(second.before, first)
    if (wanted === false) return no(1, 'not-named', 'the service before does not say that this one may follow it')
    if (accepted === false) return no(1, 'not-named', 'the service does not say that it may follow the one before')
    if (wanted === undefined && accepted === undefined)
      return no(1, 'not-named', 'neither of the two services says that it goes with the other')
  }
  if (first.gives.length > 0 && second.takes.length > 0 && !first.gives.some((shape) => second.takes.includes(shape)))
    return no(
      1,
      'data',
      `the service takes ${second.takes.join(' or ')}, the one before gives ${first.gives.join(', ')}`,
    )
  return FITS
}

/** Whether one may be added to a chain at its end. Whatever is in it already comes again only if it names itself. */
export function mayAdd(
  chain: readonly Composable[],
  next: Composable,
  pairs: readonly CompositionPair[] = [],
): ChainVerdict {
  const at = chain.length
  if (at >= MOST_STEPS) return no(at, 'too-long', `a chain has at most ${MOST_STEPS} services`)
  const again = chain.some(({ listing }) => listing === next.listing)
  if (again && ![...next.before, ...next.after].includes(next.listing))
    return no(at, 'repeated', 'the service is in the chain already, and does not say that it may come again')
  const last = chain.at(-1)
  if (last === undefined) return FITS
  const verdict = mayFollow(last, next, pairs)
  return verdict.ok ? FITS : { ...verdict, at }
}

/** Of those that are offered, the ones that may come next; of an empty chain every one. */
export const allowedNext = (
  chain: readonly Composable[],
  offered: readonly Composable[],
  pairs: readonly CompositionPair[] = [],
): Composable[] => offered.filter((one) => mayAdd(chain, one, pairs).ok)

/** Whether a whole chain is allowed: each of its steps, and how many there are. */
export function checkChain(chain: readonly Composable[], pairs: readonly CompositionPair[] = []): ChainVerdict {
  for (const [at, one] of chain.entries()) {
    const verdict = mayAdd(chain.slice(0, at), one, pairs)
    if (!verdict.ok) return verdict
  }
  if (chain.length < FEWEST_STEPS)
    return no(chain.length, 'too-short', `a chain has at least ${FEWEST_STEPS} services; add another`)
  return FITS
}

/** true: named; false: others are; undefined: nobody is. */
const named = (names: readonly string[], { listing, category }: Composable): boolean | undefined =>
  names.length === 0 ? undefined : names.includes(listing) || names.includes(category)

/** The most exact word of the operator; of two that are equally exact, the one that forbids. */
function ruleOf(
  first: Composable,
  second: Composable,
  pairs: readonly CompositionPair[],
): 'allow' | 'forbid' | undefined {
  const exactness = (name: string, one: Composable) => (name === one.listing ? 1 : name === one.category ? 0 : -1)
  let best: { readonly rule: 'allow' | 'forbid'; readonly weight: number } | undefined
  for (const { before, after, rule } of pairs) {
    const [left, right] = [exactness(before, first), exactness(after, second)]
    if (left < 0 || right < 0) continue
    const weight = left + right
    if (!best || weight > best.weight || (weight === best.weight && rule === 'forbid')) best = { rule, weight }
  }
  return best?.rule
}
