import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../contracting/offers.ts'
import type { MayUseMoney } from './may-call.ts'
import { type AskedCall, noteAsked } from './usage.ts'

/**
 * Writes a call down before the provider is asked, if its agreement may be used as far as money goes. Calls at once are judged one
 * after the other, each beside those that are under way: together they do not overrun what is covered.
 * @param rows of a transaction, which a refusal ends
 * @throws Refusal ERR_REQUEST_REPEATED, and 402 with the codes of `mayUseMoney`
 */
export async function admitCall(rows: Rows, mayUseMoney: MayUseMoney, call: AskedCall): Promise<void> {
  await noteAsked(rows, call)
  const money = await mayUseMoney(rows, call.agreement, 0n) // its own unit is one of those under way
  if (!money.ok) throw new Refusal(402, money.code, money.reason)
}
