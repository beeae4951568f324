import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { MayUseMoney } from './may-call.ts'
import { noteAsked } from './usage.ts'

/**
 * Writes a call down before the provider is asked, if its agreement may be used as far as money goes. Calls at once are judged one
 * after the other, each beside those that are under way: together they do not overrun what is covered.
 * @throws Refusal ERR_REQUEST_REPEATED, and 402 with the codes of `mayUseMoney`
 */
export const admitCall = (
  store: Pick<OperationalStore, 'transaction'>,
  mayUseMoney: MayUseMoney,
  call: { agreement: string; request: string; method: string; now: number },
): Promise<void> =>
  store.transaction(async (rows) => {
    await noteAsked(rows, call)
    const money = await mayUseMoney(rows, call.agreement, 0n) // its own unit is one of those under way
    if (!money.ok) throw new Refusal(402, money.code, money.reason)
  })
