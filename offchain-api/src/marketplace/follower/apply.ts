import { OpemError } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import { type Cursor, forgetAll, holdCursor, moveCursor, noteEvent } from './cursor.ts'
import type { MarketEvent, Reaction, ReactionParts, Rows } from './reaction.ts'
import type { Place } from './read-events.ts'

/** Whether two cursors are one. Another process, or a rebuilding, may have moved it meanwhile. */
const same = (a: Cursor | undefined, b: Cursor | undefined): boolean =>
  a?.setup === b?.setup && a?.block === b?.block && a?.hash === b?.hash

/**
 * Applies the events of one block and moves the cursor there, in one transaction.
 * @returns false when the cursor was elsewhere than `before`: then nothing was done
 */
export const applyBlock = (
  store: OperationalStore,
  reactions: readonly Reaction[],
  parts: Omit<ReactionParts, 'first'>,
  { before, events, to }: { before: Cursor | undefined; events: readonly MarketEvent[]; to: Cursor },
): Promise<boolean> =>
  store.transaction(async (rows) => {
    if (!same(await holdCursor(rows), before)) return false
    for (const event of events) {
      const noted = await noteEvent(rows, event)
      if (noted === 'again') continue
      for (const reaction of reactions)
        if (reaction.contract === event.contract)
          await reaction
            .apply(event as never, rows, { ...parts, first: noted === 'first' })
            .catch((cause) => fail(reaction, event, cause))
    }
    await moveCursor(rows, to)
    return true
  })

/** Takes back what was applied, all or nothing, so that the chain can tell it from the beginning. */
export const forget = (store: OperationalStore, reactions: readonly Reaction[], before: Cursor): Promise<boolean> =>
  store.transaction(async (rows: Rows) => {
    if (!same(await holdCursor(rows), before)) return false
    for (const reaction of reactions.toReversed()) await reaction.forget(rows)
    await forgetAll(rows)
    return true
  })

/** Events by block, each with the place where the cursor stands after it; at the end the place that was read up to. */
export function* byBlock(
  events: readonly MarketEvent[],
  until: Place,
): Generator<{ readonly events: readonly MarketEvent[]; readonly to: Place }> {
  const blocks = Map.groupBy(events, ({ block }) => block)
  for (const [block, told] of blocks)
    if (block !== until.block) yield { events: told, to: { block, hash: told[0]!.blockHash } }
  yield { events: blocks.get(until.block) ?? [], to: until }
}

/** Names and codes only: a foreign message may quote what people sent. */
function fail({ name }: Reaction, event: MarketEvent, cause: unknown): never {
  if (cause instanceof OpemError && cause.retryable) throw cause
  const what = cause instanceof OpemError ? cause.code : cause instanceof Error ? cause.name : 'unknown error'
  throw new OpemError({
    code: 'ERR_MARKET_REACTION',
    shortMessage: `the reaction "${name}" fails at ${event.name} of transaction ${event.transaction} (${what})`,
    cause,
  })
}
