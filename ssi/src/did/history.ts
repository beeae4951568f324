import { ethereumDidRegistryAbi } from '@opem/contracts'
import { type Address, getAddress, type Hex, hexToString, type PublicClient, parseEventLogs } from 'viem'

export interface DidValidity {
  readonly what: string
  /** The delegate's address, or the attribute's value. */
  readonly value: Hex
  readonly end: number
  /** Of a delegate, 32 bytes; left out for an attribute. */
  readonly delegateType?: Hex
}

/** What ERC-1056 recorded of an identity in one block. */
export interface DidChange {
  readonly block: bigint
  /** Epoch seconds of the block. */
  readonly time: number
  readonly attributes: readonly { readonly name: string; readonly value: Hex }[]
  /** Delegates and attributes set or revoked here, by what they are, and when their validity ends (epoch seconds). */
  readonly validities: readonly DidValidity[]
}

export interface DidHistory {
  /** The registry's `changed(identity)`; 0 when the identity never changed. */
  readonly changed: bigint
  /** Oldest first. */
  readonly changes: readonly DidChange[]
}

/** No more histories than this are kept: an old one is read again. */
const KEPT = 5_000

/**
 * Reads identities' histories from the registry, each again only when `changed(identity)` says that something happened.
 * @returns a function that rejects when the chain does not answer
 */
export function createHistoryReader(client: PublicClient, registry: Address) {
  const kept = new Map<Address, { changed: bigint; history: Promise<DidHistory> }>()
  const contract = { address: registry, abi: ethereumDidRegistryAbi } as const

  return async (identity: Address): Promise<DidHistory> => {
    const changed = await client.readContract({ ...contract, functionName: 'changed', args: [getAddress(identity)] })
    const known = kept.get(identity)
    if (known?.changed === changed) return known.history
    const history = readChanges(client, registry, identity, changed).then((changes) => ({ changed, changes }))
    kept.delete(identity)
    kept.set(identity, { changed, history })
    if (kept.size > KEPT) kept.delete(kept.keys().next().value!)
    history.catch(() => kept.delete(identity))
    return history
  }
}

/** Follows the events' `previousChange` back to the first (ERC-1056, "events as linked list"). */
async function readChanges(client: PublicClient, registry: Address, identity: Address, last: bigint) {
  const changes: DidChange[] = []
  for (let block = last; block !== 0n; ) {
    const [logs, { timestamp }] = await Promise.all([
      client.getLogs({ address: registry, fromBlock: block, toBlock: block }),
      client.getBlock({ blockNumber: block }),
    ])
    const events = parseEventLogs({ abi: ethereumDidRegistryAbi, logs }).filter(
      ({ args }) => args.identity.toLowerCase() === identity,
    )
    if (events.length === 0) throw new Error(`the node keeps no events of block ${block}: it needs its whole history`)
    changes.unshift({
      block,
      time: Number(timestamp),
      attributes: events.flatMap((event) =>
        event.eventName === 'DIDAttributeChanged'
          ? [{ name: hexToString(event.args.name, { size: 32 }), value: event.args.value }]
          : [],
      ),
      validities: events.flatMap((event) => {
        if (event.eventName === 'DIDOwnerChanged') return []
        const { validTo, ...args } = event.args
        const end = Number(validTo)
        if ('name' in args) return [{ what: `${args.name}-${args.value}`, value: args.value, end }]
        const { delegateType, delegate: value } = args
        return [{ what: `${delegateType}-${value}`, value, end, delegateType }]
      }),
    })
    const earlier = events.map(({ args }) => args.previousChange).filter((previous) => previous < block)
    block = earlier.reduce((a, b) => (a < b ? a : b), block)
    if (earlier.length === 0) break
  }
  return changes
}
