import { ok, type Result, refuse } from '../errors/result.ts'
import type { DataPurpose, UsePolicy } from './policy.ts'

/** What data are used for by a service to which their user hands them. */
export const PASSED_ON_FOR = 'ServiceProvision' satisfies DataPurpose

/**
 * Whether data under a policy may be handed to the provider of a service that works for their user. What the policy does not
 * say is not allowed.
 * @param to `recipient`: DID of who gets them; `own`: whoever hands them over provides the data; `now`: seconds since 1970
 * @returns refusals ERR_POLICY_UNTIL, ERR_POLICY_DISTRIBUTE, ERR_POLICY_PURPOSE
 * @example mayPassOn({ ...policy, redistribution: false, recipients: [] }, { recipient: 'did:ethr:0x1:0xaa', own: false, now })
 * // { ok: false, code: 'ERR_POLICY_DISTRIBUTE', reason: 'the policy …' }
 */
export function mayPassOn(
  { purposes, until, redistribution, recipients }: UsePolicy,
  { recipient, own, now }: { readonly recipient: string; readonly own: boolean; readonly now: number },
): Result<true, 'ERR_POLICY_UNTIL' | 'ERR_POLICY_DISTRIBUTE' | 'ERR_POLICY_PURPOSE'> {
  if (until !== null && now >= until)
    return refuse('ERR_POLICY_UNTIL', 'the time is over in which these data may be used; the policy says so')
  if (!own && !redistribution && !recipients.includes(recipient))
    return refuse(
      'ERR_POLICY_DISTRIBUTE',
      "the policy does not allow to pass these data on to the provider of this service; the data's provider may name it as recipient",
    )
  if (!purposes.includes(PASSED_ON_FOR))
    return refuse(
      'ERR_POLICY_PURPOSE',
      `the policy does not allow to use these data for providing a service; it allows ${purposes.join(', ')}`,
    )
  return ok(true)
}
