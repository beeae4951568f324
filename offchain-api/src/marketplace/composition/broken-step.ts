import { Refusal } from '../../unified-api/problem.ts'
import type { CallParts } from '../provisioning/call-service.ts'
import { addressed, usableService } from '../provisioning/may-call.ts'
import { checkPolicy, policyFor } from '../provisioning/policy.ts'
import { chainables, inOrder, type StoredComposition } from './compositions.ts'
import type { StoredRun } from './runs.ts'

export interface BrokenStep {
  readonly place: number
  /** Why its composer may not use it now: a code of the gateway, or ERR_COMPOSITION_NOT_CONTRACTED. */
  readonly code: string
}

/**
 * The first service of a chain that its composer may not use now, judged as the gateway would. Asked before a chain begins: what is
 * known to break costs nobody anything.
 * @param from the step where the chain would go on
 * @param caller who would call, which the providers' policies judge too; nobody yet when left out
 */
export async function brokenStep(
  { store, access, gateway }: CallParts,
  { account, listings }: StoredComposition,
  { from = 0, caller }: { from?: number; caller?: { shown: StoredRun['shown']; address: string } } = {},
): Promise<BrokenStep | undefined> {
  const now = access.now()
  const services = inOrder(listings, await chainables(store.rows, { account, now, only: listings }))
  for (const [place, { agreement, listing }] of services.entries()) {
    if (place < from) continue
    if (agreement === null) return { place, code: 'ERR_COMPOSITION_NOT_CONTRACTED' }
    try {
      addressed(await usableService(store.rows, agreement, { by: 'key', agreement }, { now }))
      const money = await gateway.mayUseMoney(store.rows, agreement)
      if (!money.ok) return { place, code: money.code }
      if (caller) checkPolicy(await policyFor(store, listing, caller.address), caller.shown)
    } catch (cause) {
      if (cause instanceof Refusal) return { place, code: cause.code }
      throw cause
    }
  }
  return undefined
}
