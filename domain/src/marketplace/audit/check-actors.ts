import type { Hex } from '../../commitment/bytes.ts'
import { type ActorContract, type ActorEvent, fieldsOf } from '../ledger/event.ts'
import { type Actors, actorsOf, type Moment, OPERATOR } from './actors.ts'
import type { MarketFinding } from './finding.ts'
import { inLanes, type Work } from './lanes.ts'
import type { MarketChain } from './market-chain.ts'

/** Who signed, or might have: parties with the ids of their accounts, and who approved listings. */
export interface Signers {
  readonly accounts: ReadonlyMap<Hex, Hex>
  readonly approvers: ReadonlySet<Hex>
}

/**
 * Holds who may act by the events against what the contracts say after the audit's last block, and each DID's events against the
 * chain that ERC-1056 makes of them (each names the block of the one before it): an event that was kept back is missed.
 */
export async function checkActors(
  chain: MarketChain,
  actors: Actors,
  { accounts, approvers }: Signers,
  { block, ...work }: { readonly block: bigint } & Work,
): Promise<MarketFinding[]> {
  // After everything in the last block: its time does not matter for what is asked here.
  const end: Moment = { block: block + 1n, log: 0, time: await chain.timeOf(block) }
  const say = (contract: ActorContract, parties: readonly Hex[], words: string): MarketFinding[] => [
    { check: 'signatures', contract, parties, words },
  ]
  const ofAccounts = await inLanes(
    [...accounts],
    async ([party, account]) => {
      const told = (await chain.ask('AccountRegistry', 'accountOf', [account], block)) as ReturnType<
        Actors['accountOf']
      >
      const { status, roles } = actors.accountOf(account, end)
      const changed = (await chain.ask('EthereumDIDRegistry', 'changed', [party], block)) as bigint
      const broken = brokenIn(actors.ofDid(party), changed)
      return [
        ...(told.status === status && told.roles === roles
          ? []
          : say(
              'AccountRegistry',
              [party],
              `the account of ${party}: status ${status} and roles ${roles} by the events, ${told.status} and ${told.roles} by the contract`,
            )),
        ...(broken === undefined ? [] : say('EthereumDIDRegistry', [party], `the DID of ${party}: ${broken}`)),
      ]
    },
    work,
  )
  const ofOperators = await inLanes([...approvers], async (approver) => {
    const [is] = (await chain.ask('AccessManager', 'hasRole', [OPERATOR, approver], block)) as [boolean, number]
    const by = (one: boolean) => (one ? 'an operator' : 'none')
    return is === actors.isOperator(approver, end)
      ? []
      : say('AccessManager', [], `${approver} is ${by(!is)} by the events, ${by(is)} by the contract`)
  })
  return [...ofAccounts, ...ofOperators].flat()
}

const previousOf = (event: ActorEvent): bigint => fieldsOf(event).amount('previousChange')

/** Where the chain of a DID's events is broken, in words. */
function brokenIn(events: readonly ActorEvent[], changed: bigint): string | undefined {
  let last = 0n
  for (const event of events) {
    if (previousOf(event) !== last)
      return `an event before ${event.name} in block ${event.block} is missing: it names block ${previousOf(event)}, the one known is of block ${last}`
    last = event.block
  }
  return last === changed ? undefined : `its last event is of block ${last}, the contract says ${changed}`
}

/**
 * Who might act, out of the events of the audit's blocks and of those before it: the registry of DIDs may be older than the
 * market, and each of its events says in which block the one before it is.
 */
export async function withEarlier(
  chain: MarketChain,
  events: readonly ActorEvent[],
  parties: Iterable<Hex>,
  { fromBlock, block, ...work }: { readonly fromBlock: bigint; readonly block: bigint } & Work,
): Promise<Actors> {
  const known = actorsOf(events)
  const earlier = await inLanes(
    [...parties],
    async (party) => {
      const found: ActorEvent[] = []
      const [first] = known.ofDid(party)
      let before =
        first === undefined
          ? ((await chain.ask('EthereumDIDRegistry', 'changed', [party], block)) as bigint)
          : previousOf(first)
      while (before !== 0n && before < fromBlock) {
        const own = (await chain.actorsIn(before, before)).filter(
          ({ name, args }) => name.startsWith('DID') && args.identity === party,
        )
        const [earliest] = own
        // Kept back, which `checkActors` says; or it names no earlier block, and would be followed for ever.
        if (earliest === undefined || previousOf(earliest) >= before) break
        found.unshift(...own)
        before = previousOf(earliest)
      }
      return found
    },
    work,
  )
  return earlier.every((one) => one.length === 0) ? known : actorsOf([...earlier.flat(), ...events])
}
