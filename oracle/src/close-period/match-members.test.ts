import { meteringPointId } from '@opem/domain'
import type { Hex } from 'viem'
import { expect, test } from 'vitest'
import { isOpened, matchMembers, membersAt, NO_SALT_KEY } from './match-members.ts'
import { keccak } from './recompute.ts'

const idOf = (saltKey: Hex, meter: string) => meteringPointId(keccak, saltKey, meter)
const A: Hex = `0x${'aa'.repeat(32)}`
const authorised = [{ from: 0, until: 3600 }]
const KEY: Hex = `0x${'11'.repeat(32)}`
const member = (points: { id: Hex; participation: number }[]) => ({ id: A, from: 0, until: 7200, points })

test('a meter that hashes to the metering point is the member’s, with the participation the chain says', () => {
  const { members, complaints } = matchMembers(
    [member([{ id: idOf(KEY, 'home-1'), participation: 40 }])],
    [{ id: A, saltKey: KEY, meters: [{ meter: 'home-1', authorised }] }],
    idOf,
  )
  expect(complaints).toEqual([])
  expect(members).toEqual([
    { member: A, saltKey: KEY, from: 0, until: 7200, meters: [{ meter: 'home-1', participation: 40, authorised }] },
  ])
})

test('a meter that the chain does not know is refused and said; its member keeps a place that will be substituted', () => {
  const point = idOf(KEY, 'home-1')
  const { members, complaints } = matchMembers(
    [member([{ id: point, participation: 100 }])],
    [{ id: A, saltKey: KEY, meters: [{ meter: 'somebody-elses', authorised }] }],
    idOf,
  )
  expect(complaints).toEqual([
    { code: 'ERR_ORACLE_METER_UNPROVEN', member: A, meteringPoint: point },
    { code: 'ERR_ORACLE_METER_UNASSIGNED', member: A, meteringPoint: idOf(KEY, 'somebody-elses') },
  ])
  expect(members[0]!.meters).toHaveLength(1)
  expect(isOpened(members[0]!.meters[0]!.meter)).toBe(false)
})

test('a member the API does not list keeps its place, with salts of no key', () => {
  const { members, complaints } = matchMembers([member([{ id: idOf(KEY, 'x'), participation: 1 }])], [], idOf)
  expect(complaints).toEqual([{ code: 'ERR_ORACLE_MEMBER_UNKNOWN', member: A }])
  expect(members[0]).toMatchObject({ member: A, saltKey: NO_SALT_KEY })
})

test('a member the chain does not know takes no part', () => {
  const listed = { id: A, saltKey: KEY, meters: [{ meter: 'home-1', authorised }] }
  expect(matchMembers([], [listed], idOf).members).toEqual([])
})

test('a membership covers the periods that start inside it', () => {
  const members = [member([])]
  expect([-3600, 0, 3600, 7200].map((start) => membersAt(members, start).length)).toEqual([0, 1, 1, 0])
})
