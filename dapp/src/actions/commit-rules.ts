import { energyCommunityAbi } from '@opem/contracts'
import type { RulesDocument } from '@opem/domain'
import type { Address } from 'viem'
import { allocationInWords, tariffLines } from '../format/rules.ts'
import { dateClock } from '../format/time.ts'
import type { BusinessAction } from './action.ts'
import { ruleVersion } from './found-community.ts'

/** Commits the next rule version ahead of its first period. */
export const commitRules = {
  title: 'Commit the next rules',
  describe: ({ rules, from, timeZone }) => [
    ['In force from', dateClock(from, timeZone)],
    ['Shared energy is divided', allocationInWords(rules)],
    ...tariffLines(rules),
  ],
  prepare: ({ community, rules }) => ({
    address: community,
    abi: energyCommunityAbi,
    functionName: 'commitRules',
    args: [ruleVersion(rules)],
  }),
} satisfies BusinessAction<{ community: Address; timeZone: string; rules: RulesDocument; from: number }>
