import type { Hex } from '@opem/domain'
import { joinConsent, meteringPointId } from '@opem/domain'
import { toHex } from 'viem'
import type { Consent } from '../api/consents.ts'
import { keccak } from '../chain/keccak.ts'

export type Meter = { meter: string; participation: number }

/** What makes a member: an identifier that says nothing, and the key that salts every balance. */
export type Membership = { member: Hex; saltKey: Hex }

const random = (): Hex => toHex(crypto.getRandomValues(new Uint8Array(32)))

/** Made in the member's own browser; the chain sees the identifier, never the key. */
export const newMembership = (): Membership => ({ member: random(), saltKey: random() })

const METER = /^[A-Za-z0-9][A-Za-z0-9:_.-]{0,63}$/

/** Why a meter cannot be used, or `undefined`. */
export const meterProblem = (meter: string): string | undefined =>
  METER.test(meter) ? undefined : 'A meter id has 1 to 64 letters, digits or : _ . - and starts with a letter or digit.'

type Terms = {
  chainId: number
  community: Hex
  account: Hex
  from: number
  meters: readonly Meter[]
  nonce: bigint
  deadline: number
  membership: Membership
}

/** The typed data that the member signs. */
export const consentToSign = ({ membership, meters, ...terms }: Terms) =>
  joinConsent({
    ...terms,
    member: membership.member,
    meteringPoints: meters.map(({ meter, participation }) => ({
      id: meteringPointId(keccak, membership.saltKey, meter),
      participation,
    })),
  })

/** The signed wish as the marketplace keeps it until the administrator's transaction. */
export const consentOf = (terms: Terms, name: string, consent: Hex): Consent => ({
  member: terms.membership.member,
  account: terms.account,
  name,
  from: terms.from,
  meteringPoints: consentToSign(terms).message.meteringPoints.map(({ id, participation }) => ({ id, participation })),
  meters: terms.meters.map(({ meter }) => meter),
  deadline: terms.deadline,
  consent,
})
