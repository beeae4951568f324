import type { OperationalStore } from '../../operational/store.ts'
import type { Access } from '../../unified-api/route.ts'
import { type Caller, coversMeter } from '../caller/caller.ts'
import { metersOfPerson } from './relations.ts'

/** Whether a meter is the caller's to send for and to administer: a system's by its configuration, all for the operator. */
export const mayUseMeter = (caller: Caller, meter: string): boolean =>
  (caller.kind === 'person' && caller.operator) ||
  (caller.kind === 'system' && (caller.scopes.includes('operator') || coversMeter(caller.meters, meter)))

/** Whether a claim as it came in is about a meter of the caller's. What names no meter is refused as malformed later. */
export function maySend(caller: Caller, raw: unknown): boolean {
  const meter = typeof raw === 'object' && raw !== null && 'meter' in raw ? raw.meter : undefined
  return typeof meter !== 'string' || mayUseMeter(caller, meter)
}

/** Whether a meter's readings are shown to the caller: to its own holder, to whoever settles, to the system that sends them. */
export async function mayRead(store: OperationalStore, caller: Caller, meter: string): Promise<boolean> {
  if (mayUseMeter(caller, meter)) return true
  if (caller.kind === 'system') return caller.scopes.includes('oracle')
  return caller.kind === 'person' && (await metersOfPerson(store, caller)).includes(meter)
}

/** Whether balances are shown: a member sees only their own, whatever else they are not. */
export const seesBalances = ({ grants, relations }: Access, member: string | undefined): boolean =>
  grants.some((grant) => grant !== 'community-member') || (member !== undefined && relations.members.includes(member))
