import { communityFactoryAbi } from '@opem/contracts'
import type { RulesDocument } from '@opem/domain'
import { canonicalJson, rulesHash, rulesOnChain } from '@opem/domain'
import type { Address } from 'viem'
import { keccak, keccakText } from '../chain/keccak.ts'
import { allocationInWords, tariffLines } from '../format/rules.ts'
import { dateClock } from '../format/time.ts'
import type { BusinessAction } from './action.ts'

export type Founding = {
  factory: Address
  name: string
  timeZone: string
  periodSeconds: 900 | 3600
  batchPeriods: 1 | 'day'
  startsAt: number
  rules: RulesDocument
}

/** keccak256 of what the chain may not know but must be able to check: the community's name and zone. */
export const profileHash = (profile: { name: string; timeZone: string }): `0x${string}` =>
  keccakText(canonicalJson({ name: profile.name, timeZone: profile.timeZone }))

/** A rules document as the chain sees it. */
export const ruleVersion = (rules: RulesDocument) => ({ ...rulesOnChain(rules), rulesHash: rulesHash(keccak, rules) })

export const foundCommunity = {
  title: 'Found a community',
  describe: ({ name, timeZone, periodSeconds, batchPeriods, startsAt, rules }) => [
    ['Name', name],
    ['Time zone', timeZone],
    ['Energy is shared', periodSeconds === 900 ? 'every quarter of an hour' : 'every hour'],
    ['Written to the chain', batchPeriods === 'day' ? 'once a day' : 'after every period'],
    ['First period', dateClock(startsAt, timeZone)],
    ['Shared energy is divided', allocationInWords(rules)],
    ...tariffLines(rules),
  ],
  prepare: ({ factory, periodSeconds, startsAt, rules, ...profile }) => ({
    address: factory,
    abi: communityFactoryAbi,
    functionName: 'createCommunity',
    args: [
      { profileHash: profileHash(profile), periodSeconds, scheme: 1, startsAt: BigInt(startsAt) },
      [ruleVersion(rules)],
    ],
  }),
} satisfies BusinessAction<Founding>
