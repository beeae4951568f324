import type { ChainView } from './types.ts'

/** Ids of the members of the period that starts at `start`, ascending. */
export const membersInForce = ({ members }: Pick<ChainView, 'members'>, start: number): string[] =>
  members
    .filter(({ from, until }) => from <= start && (until === null || start < until))
    .map(({ member }) => member.toLowerCase())
    .sort()
