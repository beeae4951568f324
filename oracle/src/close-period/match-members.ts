import { type AuthorisedInterval, isAuthorised } from '@opem/domain'
import type { Hex } from 'viem'
import type { ApiMember } from '../api/unified-api.ts'
import type { ChainMember } from '../watch/read-community.ts'

/** A member as a node settles it: who (chain), which meters (API, proven against the chain), what part (chain). */
export interface MatchedMember {
  readonly member: Hex
  readonly saltKey: Hex
  readonly from: number
  readonly until: number
  readonly meters: readonly MatchedMeter[]
}

export interface MatchedMeter {
  readonly meter: string
  readonly participation: number
  /** When the member lets it be used. A point that nothing opens has no intervals to ask: it is substituted. */
  readonly authorised?: readonly AuthorisedInterval[]
}

/** What the API said that the chain does not bear out, or left out. Holds ids of the chain only. */
export interface Complaint {
  readonly code: 'ERR_ORACLE_MEMBER_UNKNOWN' | 'ERR_ORACLE_METER_UNPROVEN' | 'ERR_ORACLE_METER_UNASSIGNED'
  readonly member: Hex
  readonly meteringPoint?: Hex
}

/** Salts of a member whose key the API does not give: its balance is a zero by rule, so there is nothing to hide. */
export const NO_SALT_KEY: Hex = `0x${'0'.repeat(64)}`

/**
 * Puts the chain's memberships and the API's meters together. The chain decides who takes part, with which metering
 * points and how much; the API may only open a metering point, by a meter whose id hashes to it. A point that nothing
 * opens keeps its place under a name no meter can have: it has no readings, so it is substituted, and never dropped.
 *
 * @param idOf the metering point id of a meter under a salt key
 */
export function matchMembers(
  chain: readonly ChainMember[],
  api: readonly ApiMember[],
  idOf: (saltKey: Hex, meter: string) => Hex,
): { readonly members: MatchedMember[]; readonly complaints: Complaint[] } {
  const listed = new Map(api.map((member) => [member.id, member]))
  const complaints: Complaint[] = []
  const members = chain.map(({ id, from, until, points }): MatchedMember => {
    const profile = listed.get(id)
    const saltKey = profile?.saltKey as Hex | null | undefined
    if (!saltKey) complaints.push({ code: 'ERR_ORACLE_MEMBER_UNKNOWN', member: id })
    const meterOf = new Map((saltKey ? profile!.meters : []).map((own) => [idOf(saltKey!, own.meter), own]))
    const meters = points.map(({ id: point, participation }): MatchedMeter => {
      const own = meterOf.get(point)
      meterOf.delete(point)
      if (own) return { meter: own.meter, participation, authorised: own.authorised }
      if (saltKey) complaints.push({ code: 'ERR_ORACLE_METER_UNPROVEN', member: id, meteringPoint: point })
      return { meter: unopened(point), participation }
    })
    for (const point of meterOf.keys()) {
      complaints.push({ code: 'ERR_ORACLE_METER_UNASSIGNED', member: id, meteringPoint: point })
    }
    return { member: id, saltKey: saltKey ?? NO_SALT_KEY, from, until, meters }
  })
  return { members, complaints }
}

// Meter ids begin with a letter or digit, so this is none.
const unopened = (point: Hex) => `?${point}`
export const isOpened = (meter: string): boolean => !meter.startsWith('?')

/** Whether a meter may be looked at in the period that starts at `start`. */
export const isReadable = ({ meter, authorised }: MatchedMeter, start: number): boolean =>
  isOpened(meter) && (authorised === undefined || isAuthorised(authorised, start))

/** Members of the period that starts at `start`. */
export const membersAt = <M extends { readonly from: number; readonly until: number }>(
  members: readonly M[],
  start: number,
): M[] => members.filter(({ from, until }) => from <= start && start < until)
