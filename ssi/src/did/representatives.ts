import { ethereumDidRegistryAbi } from '@opem/contracts'
import { delegateTypeOf, type MarketRole, roleOfDelegateType } from '@opem/domain'
import { type Address, createPublicClient, http, isAddressEqual } from 'viem'
import { addressOfDid, type Did } from './did.ts'
import { createHistoryReader } from './history.ts'
import { chainUnreachable } from './unreachable.ts'

/** Who may act for a company on chain, in one role. */
export interface OnChainRepresentative {
  readonly role: MarketRole
  /** Lower case. */
  readonly address: Address
  /** Epoch seconds; from then on it counts no more. */
  readonly validTo: number
}

export interface RepresentativeReader {
  /**
   * Whether `address` may act for the company in a role now: the DID's owner in all, others as delegates of the type
   * `opem/<role>`. It is what the contracts themselves ask of the ERC-1056 registry; whether the company's account has
   * the role, and is active, is asked elsewhere. A did:jwk or did:key has nobody on chain.
   * @throws ERR_CHAIN_UNREACHABLE (retryable)
   */
  mayActFor(company: Did, role: MarketRole, address: Address): Promise<boolean>
  /**
   * Everybody who may act for the company now, in the order in which they were first named; its owner is not in it.
   * @throws ERR_CHAIN_UNREACHABLE (retryable)
   */
  representativesOf(company: Did): Promise<readonly OnChainRepresentative[]>
}

export interface RepresentativeReaderOptions {
  readonly rpcUrl: string
  /** ERC-1056 registry. */
  readonly registry: Address
  /** Epoch seconds. */
  readonly now?: () => number
}

/** Reads from the ERC-1056 registry who acts for a company on chain. */
export function createRepresentativeReader({
  rpcUrl,
  registry,
  now = () => Math.floor(Date.now() / 1000),
}: RepresentativeReaderOptions): RepresentativeReader {
  const client = createPublicClient({ transport: http(rpcUrl, { timeout: 5_000, retryCount: 0, batch: true }) })
  const readHistory = createHistoryReader(client, registry)
  const contract = { address: registry, abi: ethereumDidRegistryAbi } as const
  const reading = async <T>(what: string, read: () => Promise<T>): Promise<T> => {
    try {
      return await read()
    } catch (cause) {
      throw chainUnreachable(what, cause)
    }
  }
  return {
    mayActFor: (company, role, address) =>
      reading(`Whether ${address} acts for ${company}`, async () => {
        const identity = addressOfDid(company)
        if (identity === undefined) return false
        const [owner, delegated] = await Promise.all([
          client.readContract({ ...contract, functionName: 'identityOwner', args: [identity] }),
          client.readContract({
            ...contract,
            functionName: 'validDelegate',
            args: [identity, delegateTypeOf(role), address],
          }),
        ])
        return delegated || isAddressEqual(owner, address)
      }),
    representativesOf: (company) =>
      reading(`Who acts for ${company}`, async () => {
        const identity = addressOfDid(company)
        if (identity === undefined) return []
        const { changes } = await readHistory(identity)
        const last = new Map<string, OnChainRepresentative>()
        for (const { what, value, end, delegateType } of changes.flatMap(({ validities }) => validities)) {
          const role = delegateType && roleOfDelegateType(delegateType)
          if (role) last.set(what, { role, address: value.toLowerCase() as Address, validTo: end })
        }
        return [...last.values()].filter(({ validTo }) => validTo > now())
      }),
  }
}
