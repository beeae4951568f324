/** How a key deals with what its first round leaves over. */
export type Rounds = 'one' | 'iterate'

interface Options {
  /** `iterate` (default) shares the unused part again until supply or demand is exhausted; `one` leaves it unshared. */
  readonly rounds?: Rounds
  /** Consumption cap: the most a member buys inside the community in one period, Wh. Members not named have none. */
  readonly capWh?: Readonly<Record<string, number>>
}

/** Max-min fair water filling: everybody gets the same until satisfied. The default. */
export interface EvenAllocation extends Options {
  readonly key: 'even'
}
/** In proportion to surplus and demand, by largest remainder. */
export interface ProRataAllocation extends Options {
  readonly key: 'pro-rata'
}
/** Fixed whole weights on the community's surplus; members not named weigh 0. Sellers share in proportion to surplus. */
export interface StaticAllocation extends Options {
  readonly key: 'static'
  readonly coefficients: Readonly<Record<string, number>>
}
/** Weights that change with the hour of the week: 168 per member, Monday 00:00 first, in `timeZone` (default UTC). */
export interface CalendarAllocation extends Options {
  readonly key: 'calendar'
  readonly timeZone?: string
  readonly coefficients: Readonly<Record<string, readonly number[]>>
}
/** Members in this order are served to the full, buying and selling; those not named come last, evenly. */
export interface PriorityAllocation extends Options {
  readonly key: 'priority'
  readonly order: readonly string[]
}

/** An allocation key with its options, as written in a rules document. */
export type Allocation = EvenAllocation | ProRataAllocation | StaticAllocation | CalendarAllocation | PriorityAllocation

export type AllocationKey = Allocation['key']

/** In the order of the chain's `AllocationKey` (contracts/communities/IEnergyCommunity.sol). */
export const ALLOCATION_KEYS: readonly AllocationKey[] = ['even', 'pro-rata', 'static', 'calendar', 'priority']

export const HOURS_OF_WEEK = 168

/** Whether the key shares all that can be shared: T = min(supply, demand). False with a cap, or one round of a key that may leave a part. */
export const isExact = (allocation: Allocation): boolean =>
  !hasCap(allocation) && (allocation.rounds !== 'one' || allocation.key === 'pro-rata' || allocation.key === 'priority')

/** Whether the key needs nothing that the chain cannot see: no cap, no weights, no order, no single round. */
export const isPlain = (allocation: Allocation): boolean =>
  isExact(allocation) && (allocation.key === 'even' || allocation.key === 'pro-rata')

const hasCap = ({ capWh }: Allocation): boolean => capWh !== undefined && Object.keys(capWh).length > 0
