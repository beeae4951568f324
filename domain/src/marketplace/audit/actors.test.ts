import { expect, test } from 'vitest'
import type { Hex } from '../../commitment/bytes.ts'
import type { ActorContract, ActorEvent } from '../ledger/event.ts'
import { actorsOf, isTelling } from './actors.ts'
import { checkActors, withEarlier } from './check-actors.ts'
import type { MarketChain } from './market-chain.ts'

const [ANA, BEN, EVE]: [Hex, Hex, Hex] = [`0x${'a1'.repeat(20)}`, `0x${'b2'.repeat(20)}`, `0x${'e3'.repeat(20)}`]
const [ACCOUNT, TYPE, NOBODY]: [Hex, Hex, Hex] = [
  `0x${'0a'.repeat(32)}`,
  `0x${'07'.repeat(32)}`,
  `0x${'00'.repeat(20)}`,
]

/** An event of a block, whose time is ten times its number. */
const of =
  (contract: ActorContract) =>
  (name: string, args: object, block: bigint, log = 0): ActorEvent => ({
    ...{ contract, name, args: args as ActorEvent['args'], block, log, time: Number(block) * 10, transaction: TYPE },
  })
const [did, account, role] = [of('EthereumDIDRegistry'), of('AccountRegistry'), of('AccessManager')]
const at = (block: bigint, log = 0) => ({ block, log, time: Number(block) * 10 })
const owner = (next: Hex, block: bigint, previousChange = 0n) =>
  did('DIDOwnerChanged', { identity: ANA, owner: next, previousChange }, block)
const delegate = (validTo: bigint, block: bigint, { log = 0, previousChange = 0n } = {}) =>
  did('DIDDelegateChanged', { identity: ANA, delegateType: TYPE, delegate: BEN, validTo, previousChange }, block, log)

test('a DID is its own until it is handed over, and its own again when it is handed to nobody', () => {
  const { ownerOf } = actorsOf([owner(BEN, 3n), owner(NOBODY, 5n)])
  expect([2n, 3n, 4n, 5n, 6n].map((block) => ownerOf(ANA, at(block)))).toEqual([ANA, ANA, BEN, BEN, ANA])
  expect(ownerOf(ANA, at(3n, 1))).toBe(BEN)
})

test('a delegate is one from its event on until it ends, or is revoked, also within a block', () => {
  const { isDelegate } = actorsOf([delegate(1000n, 3n, { log: 4 }), delegate(70n, 7n, { log: 2 })])
  const is = (block: bigint, log = 0) => isDelegate(ANA, TYPE, BEN, at(block, log))
  expect([is(3n, 3), is(3n, 5), is(6n), is(7n, 1), is(7n, 3)]).toEqual([false, true, true, true, false])
  expect(isDelegate(ANA, ACCOUNT, BEN, at(6n))).toBe(false)
  const short = actorsOf([delegate(50n, 3n)])
  expect([4n, 5n].map((block) => short.isDelegate(ANA, TYPE, BEN, at(block)))).toEqual([true, false])
})

test('an operator is one since when its role says, and not after it was revoked', () => {
  const granted = (roleId: bigint, since: number, block: bigint, newMember = true) =>
    role('RoleGranted', { roleId, account: EVE, delay: 0, since, newMember }, block)
  const revoked = role('RoleRevoked', { roleId: 3n, account: EVE }, 8n)
  const { isOperator } = actorsOf([granted(2n, 0, 1n), granted(3n, 40, 2n), granted(3n, 90, 5n, false), revoked])
  expect([3n, 4n, 6n, 8n, 9n].map((block) => isOperator(EVE, at(block)))).toEqual([false, true, true, true, false])
})

test('an account is active from its activation until it is suspended, in the roles that it has then', () => {
  const { accountOf } = actorsOf([
    account('AccountOpened', { account: ACCOUNT, roles: 2 }, 1n),
    account('AccountActivated', { account: ACCOUNT }, 2n),
    account('AccountRolesChanged', { account: ACCOUNT, previous: 2, current: 10 }, 3n),
    account('AccountSuspended', { account: ACCOUNT, previous: 2, current: 3 }, 4n),
    account('AccountReinstated', { account: ACCOUNT, previous: 3, current: 2 }, 5n),
  ])
  expect([1n, 2n, 3n, 4n, 5n, 6n].map((block) => accountOf(ACCOUNT, at(block)))).toEqual([
    ...[
      { status: 0, roles: 0 },
      { status: 1, roles: 2 },
      { status: 2, roles: 2 },
      { status: 2, roles: 10 },
    ],
    ...[
      { status: 3, roles: 10 },
      { status: 2, roles: 10 },
    ],
  ])
})

test('of events that say nothing of who may act, none is kept', () => {
  const renewed = account('AccountRenewed', { account: ACCOUNT, version: 2 }, 3n)
  const operation = role('OperationScheduled', { operationId: TYPE }, 4n)
  expect([renewed, operation, owner(BEN, 5n)].map(isTelling)).toEqual([false, false, true])
})

/** A chain after block 9 whose contracts say that, and whose registry of DIDs tells these events. */
const chainOf = (said: Record<string, unknown>, events: readonly ActorEvent[] = []): MarketChain =>
  ({
    timeOf: async () => 90,
    ask: async (_: string, view: string) => said[view],
    actorsIn: async (from: bigint, to: bigint) => events.filter(({ block }) => block >= from && block <= to),
  }) as unknown as MarketChain
const SAID = { accountOf: { status: 0, roles: 0 }, changed: 0n, hasRole: [false, 0] }
const found = async (events: readonly ActorEvent[], said: Record<string, unknown>) => {
  const signers = { accounts: new Map([[ANA, ACCOUNT]]), approvers: new Set([EVE]) }
  const findings = await checkActors(chainOf({ ...SAID, ...said }), actorsOf(events), signers, { block: 9n })
  return findings.map(({ contract, words }) => `${contract}: ${words}`)
}

test('an account, an operator or a delegate of whom events were kept back is found', async () => {
  expect(await found([], {})).toEqual([])
  expect(await found([], { accountOf: { status: 2, roles: 8 } })).toEqual([
    `AccountRegistry: the account of ${ANA}: status 0 and roles 0 by the events, 2 and 8 by the contract`,
  ])
  expect(await found([], { hasRole: [true, 0] })).toEqual([
    `AccessManager: ${EVE} is none by the events, an operator by the contract`,
  ])
  expect(await found([delegate(999n, 3n)], { changed: 5n })).toEqual([
    `EthereumDIDRegistry: the DID of ${ANA}: its last event is of block 3, the contract says 5`,
  ])
  expect(await found([delegate(999n, 3n), delegate(40n, 7n, { previousChange: 4n })], { changed: 7n })).toEqual([
    `EthereumDIDRegistry: the DID of ${ANA}: an event before DIDDelegateChanged in block 7 is missing: it names block 4, the one known is of block 3`,
  ])
})

test('events of a DID from before the market are found by the blocks that they name', async () => {
  const older = [owner(EVE, 2n), delegate(999n, 4n, { previousChange: 2n })]
  const chain = chainOf({ changed: 4n }, older)
  const blocks = { fromBlock: 6n, block: 9n }
  const none = await withEarlier(chain, [], [ANA, BEN], blocks)
  expect([none.ownerOf(ANA, at(8n)), none.isDelegate(ANA, TYPE, BEN, at(8n))]).toEqual([EVE, true])
  const later = await withEarlier(chain, [owner(BEN, 7n, 4n)], [ANA], blocks)
  expect([later.ownerOf(ANA, at(6n)), later.ownerOf(ANA, at(8n))]).toEqual([EVE, BEN])
})
