import { energyCommunityAbi } from '@opem/contracts'
import type { Address } from 'viem'
import type { Consent } from '../api/consents.ts'
import { shortHex } from '../format/hex.ts'
import { dateClock } from '../format/time.ts'
import { plural } from '../format/words.ts'
import type { BusinessAction } from './action.ts'

/** Adds a member with the consent that the member signed. */
export const addMember = {
  title: 'Add the member',
  describe: ({ consent, timeZone }) => [
    ['Member', `${consent.name} (${shortHex(consent.member)})`],
    ['Account', shortHex(consent.account)],
    ['Takes part from', dateClock(consent.from, timeZone)],
    [
      'With',
      `${plural(consent.meteringPoints.length, 'metering point')} (${consent.meteringPoints.map((point) => `${point.participation} %`).join(', ')})`,
    ],
  ],
  prepare: ({ community, consent }) => ({
    address: community,
    abi: energyCommunityAbi,
    functionName: 'join',
    args: [
      consent.member,
      consent.account,
      BigInt(consent.from),
      consent.meteringPoints,
      BigInt(consent.deadline),
      consent.consent,
    ],
  }),
} satisfies BusinessAction<{ community: Address; timeZone: string; consent: Consent }>
