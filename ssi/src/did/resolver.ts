import { Resolver } from 'did-resolver'
import { BrowserProvider, Network } from 'ethers'
import { getResolver } from 'ethr-did-resolver'
import { type Address, createPublicClient, http } from 'viem'
import { blockAt } from './block-at.ts'
import { addressOfDid, type Did } from './did.ts'
import { toResolvedDid } from './document.ts'
import { createHistoryReader, type DidHistory } from './history.ts'
import { documentOfKey } from './key-document.ts'
import type { DidResolver, ResolvedDid } from './resolver-types.ts'
import { chainUnreachable } from './unreachable.ts'

export interface DidResolverOptions {
  readonly rpcUrl: string
  readonly chainId: number
  /** ERC-1056 registry. */
  readonly registry: Address
}

/** A document of the past never changes; a present one counts until a validity in it ends. */
type Kept = { readonly changed: bigint; readonly until: number; readonly document: Promise<ResolvedDid> }

const KEPT = 5_000

/**
 * Resolves did:ethr on its ERC-1056 registry, and did:jwk and did:key, which need no chain. Whether a document changed is
 * asked of the registry at every call; only an unchanged one comes from memory.
 */
export function createDidResolver({ rpcUrl, chainId, registry }: DidResolverOptions): DidResolver {
  // A time limit and no retry: who waits for an identity is better told at once that the chain is silent.
  const transport = http(rpcUrl, { timeout: 5_000, retryCount: 0, batch: true })
  const client = createPublicClient({ transport })
  const { request } = transport({ retryCount: 0 })
  const eip1193 = { request: (call: { method: string; params?: unknown }) => request(call) }
  const provider = new BrowserProvider(eip1193, undefined, { staticNetwork: Network.from(chainId), cacheTimeout: -1 })
  // ethers describes itself once for each module system; it is the same class.
  const networks = [{ chainId, provider: provider as never, registry }]
  const library = new Resolver(getResolver({ networks }))
  const readHistory = createHistoryReader(client, registry)
  const kept = new Map<string, Kept>()

  const document = async (did: Did, history: DidHistory, block?: bigint, time?: number): Promise<ResolvedDid> => {
    const url = block === undefined ? did : `${did}?versionId=${block}`
    const result = await library.resolve(url)
    // Every address of this chain has a document (ERC-1056), so that "not found" means that the chain failed.
    if (!result.didDocument) throw new Error(result.didResolutionMetadata.message ?? 'no document')
    return toResolvedDid(did, history, result, time)
  }

  const resolveEthr = async (did: Did, time: number | undefined): Promise<ResolvedDid> => {
    const history = await readHistory(addressOfDid(did)!)
    const now = Math.floor(Date.now() / 1000)
    const next = time === undefined ? undefined : history.changes.find((change) => change.time > time)
    const ends = history.changes.flatMap(({ validities }) => validities.map(({ end }) => end))
    // The present document is the one, unless something changed or a validity ended in between.
    const past = time !== undefined && (next !== undefined || ends.some((end) => end >= time !== end >= now))
    const key = past ? `${did}@${time}` : did
    const known = kept.get(key)
    if (known && known.changed === history.changed && now <= known.until) return known.document

    const first = past ? history.changes.findLast((change) => change.time <= time)?.block : undefined
    const until = past ? (next?.block ?? (await client.getBlockNumber()) + 1n) : 0n
    const block = past ? await blockAt(client, time, first ?? 0n, until) : undefined
    const entry: Kept = {
      changed: history.changed,
      until: past ? Number.POSITIVE_INFINITY : Math.min(...ends.filter((end) => end >= now)),
      document: document(did, history, block, past ? time : undefined),
    }
    kept.delete(key)
    kept.set(key, entry)
    if (kept.size > KEPT) kept.delete(kept.keys().next().value!)
    entry.document.catch(() => kept.delete(key))
    return entry.document
  }

  return {
    resolve: async (did, at) => {
      if (addressOfDid(did) === undefined) return documentOfKey(did)
      try {
        return await resolveEthr(did, at?.time)
      } catch (cause) {
        throw chainUnreachable(`The document of ${did}`, cause)
      }
    },
  }
}
