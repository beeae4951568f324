import type { Hex } from '../../commitment/bytes.ts'
import { type ActorEvent, fieldsOf, type Located, NO_ADDRESS } from '../ledger/event.ts'

/** An instant in the order of the chain: of an event. */
export type Moment = Pick<Located, 'block' | 'log'> & { readonly time: number }

/** An account's state and roles, as `accountOf` counts them. */
export interface ActiveAs {
  readonly status: number
  readonly roles: number
}

/** Who might act for whom at any moment, by the events of the chain alone: no state of an old block is asked for. */
export interface Actors {
  /** Of a DID, as ERC-1056 answers it: itself until it was handed over. */
  readonly ownerOf: (party: Hex, at: Moment) => Hex
  readonly isDelegate: (party: Hex, type: Hex, delegate: Hex, at: Moment) => boolean
  readonly isOperator: (address: Hex, at: Moment) => boolean
  /** Of an account that was never opened: no status, no roles. */
  readonly accountOf: (account: Hex, at: Moment) => ActiveAs
  /** Events about the DID of a party, in their order. */
  readonly ofDid: (party: Hex) => readonly ActorEvent[]
}

/** Of operators in the AccessManager; AccountStatus.Pending and Active of IAccountRegistry.sol. */
export const OPERATOR = 3n
const [PENDING, ACTIVE] = [1, 2]

const TELLING = new Set([
  ...['RoleGranted', 'RoleRevoked', 'AccountOpened', 'AccountActivated', 'AccountRolesChanged'],
  ...['AccountSuspended', 'AccountReinstated', 'AccountRevoked'],
])
/** Whether an event says anything of who may act: a new version of a credential, of which there are many, does not. */
export const isTelling = ({ name }: ActorEvent): boolean => name.startsWith('DID') || TELLING.has(name)

type Change<V> = Moment & { readonly value: V }
class Histories<V> {
  readonly #changes = new Map<string, Change<V>[]>()
  put(key: string, { block, log, time }: Moment, value: V): void {
    const known = this.#changes.get(key)
    const change = { block, log, time, value }
    if (known === undefined) this.#changes.set(key, [change])
    else known.push(change)
  }
  /** What it was changed to last before that moment. */
  before(key: string, { block, log }: Moment): V | undefined {
    const all = this.#changes.get(key) ?? []
    let [low, high] = [0, all.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const one = all[middle]!
      if (one.block < block || (one.block === block && one.log < log)) low = middle + 1
      else high = middle
    }
    return all[low - 1]?.value
  }
}

/**
 * Puts together who might act for whom.
 * @param events in the order of the chain, from the first on
 * @throws TypeError when an event was not decoded by the contracts' ABI
 */
export function actorsOf(events: Iterable<ActorEvent>): Actors {
  const owners = new Histories<Hex>()
  const delegates = new Histories<bigint>()
  const operators = new Histories<number>()
  const accounts = new Histories<ActiveAs>()
  const latest = new Map<Hex, ActiveAs>()
  const dids = new Map<Hex, ActorEvent[]>()
  const delegateKey = (party: Hex, type: Hex, delegate: Hex) => `${party} ${type} ${delegate}`
  for (const event of events) {
    const { hex, number, amount } = fieldsOf(event)
    const change = (next: Partial<ActiveAs>) => {
      const account = { ...(latest.get(hex('account')) ?? { status: 0, roles: 0 }), ...next }
      latest.set(hex('account'), account)
      accounts.put(hex('account'), event, account)
    }
    if (event.name.startsWith('DID')) {
      const known = dids.get(hex('identity'))
      if (known === undefined) dids.set(hex('identity'), [event])
      else known.push(event)
    }
    switch (event.name) {
      case 'DIDOwnerChanged':
        owners.put(hex('identity'), event, hex('owner'))
        break
      case 'DIDDelegateChanged':
        delegates.put(delegateKey(hex('identity'), hex('delegateType'), hex('delegate')), event, amount('validTo'))
        break
      case 'RoleGranted':
        // Of who has it already, only the delay of its calls changes.
        if (amount('roleId') === OPERATOR && event.args.newMember === true)
          operators.put(hex('account'), event, number('since'))
        break
      case 'RoleRevoked':
        if (amount('roleId') === OPERATOR) operators.put(hex('account'), event, Number.POSITIVE_INFINITY)
        break
      case 'AccountOpened':
        change({ status: PENDING, roles: number('roles') })
        break
      case 'AccountActivated':
        change({ status: ACTIVE })
        break
      case 'AccountRolesChanged':
        change({ roles: number('current') })
        break
      case 'AccountSuspended':
      case 'AccountReinstated':
      case 'AccountRevoked':
        change({ status: number('current') })
        break
    }
  }
  return {
    ownerOf: (party, at) => {
      const owner = owners.before(party, at)
      return owner === undefined || owner === NO_ADDRESS ? party : owner
    },
    isDelegate: (party, type, delegate, at) =>
      (delegates.before(delegateKey(party, type, delegate), at) ?? 0n) > BigInt(at.time),
    isOperator: (address, at) => (operators.before(address, at) ?? Number.POSITIVE_INFINITY) <= at.time,
    accountOf: (account, at) => accounts.before(account, at) ?? { status: 0, roles: 0 },
    ofDid: (party) => dids.get(party) ?? [],
  }
}
