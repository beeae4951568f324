import { communityFactoryAbi, energyCommunityAbi } from '@opem/contracts'
import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  http,
  type PublicClient,
} from 'viem'
import { addressOfDid, didOfAddress } from '../did/did.ts'
import { chainUnreachable } from '../did/unreachable.ts'
import { CLOCK_SKEW } from './credential.ts'
import type { VerifierPorts } from './types.ts'

export interface CommunityPortsOptions {
  readonly rpcUrl: string
  readonly chainId: number
  /** Founds the communities that are known; any contract counts as one when left out. */
  readonly factory?: Address | undefined
  /** No community is older than this block. */
  readonly fromBlock?: bigint
}

/**
 * Who may issue Member credentials: whoever administered the community when one was issued, as its contract says. What an
 * administrator issued stays good when another follows; what a former one issues is refused. That a date of issue can be
 * written back is of no use to them: the subject must be the account with which the member joined on chain.
 */
export function createCommunityPorts({
  rpcUrl,
  chainId,
  factory,
  fromBlock = 0n,
}: CommunityPortsOptions): Required<Pick<VerifierPorts, 'memberIssuers'>> {
  const client = createPublicClient({ transport: http(rpcUrl, { timeout: 5_000, retryCount: 0 }) })
  return {
    async memberIssuers({ community, member, subject, issuedAt }) {
      try {
        if (!(await isCommunity(client, factory, community))) return []
        const [account, terms] = await Promise.all([
          accountOf(client, community, member),
          termsOf(client, community, fromBlock),
        ])
        if (account === undefined || account !== addressOfDid(subject)?.toLowerCase()) return []
        return [...new Set(inOffice(terms, issuedAt).map((address) => didOfAddress(chainId, address)))]
      } catch (cause) {
        throw chainUnreachable(`Who administers the community ${community}`, cause)
      }
    },
  }
}

/** From when on somebody administers. Epoch seconds. */
interface Term {
  readonly from: number
  readonly administrator: Address
}

/**
 * Who administered at a moment, by a clock that may be off from the chain's: the new administrator a little early, nobody late.
 * @param terms in order of time
 */
export const inOffice = (terms: readonly Term[], at: number): Address[] =>
  terms
    .filter(({ from }, index) => from <= at + CLOCK_SKEW && (terms[index + 1]?.from ?? Number.POSITIVE_INFINITY) > at)
    .map(({ administrator }) => administrator)

async function isCommunity(client: PublicClient, factory: Address | undefined, community: Address): Promise<boolean> {
  // Anybody may deploy a contract that names them its administrator.
  if (factory === undefined) return (await client.getCode({ address: community })) !== undefined
  return client.readContract({
    ...{ address: factory, abi: communityFactoryAbi, functionName: 'isCommunity' },
    args: [community],
  })
}

async function accountOf(client: PublicClient, address: Address, member: Address): Promise<string | undefined> {
  try {
    const known = { address, abi: energyCommunityAbi, functionName: 'membership', args: [member] } as const
    return (await client.readContract(known)).account.toLowerCase()
  } catch (cause) {
    const reverted = (inner: unknown) => inner instanceof ContractFunctionRevertedError
    if (cause instanceof BaseError && cause.walk(reverted) !== null) return undefined
    throw cause
  }
}

async function termsOf(client: PublicClient, address: Address, fromBlock: bigint): Promise<Term[]> {
  const changes = await client.getContractEvents({
    ...{ address, abi: energyCommunityAbi, eventName: 'AdministratorChanged', fromBlock, strict: true },
  })
  return Promise.all(
    changes.map(async ({ blockNumber, args: { current } }) => ({
      from: Number((await client.getBlock({ blockNumber })).timestamp),
      administrator: current,
    })),
  )
}
