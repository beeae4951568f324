import { issuerRegistryAbi } from '@opem/contracts'
import { type Address, getAbiItem, type Hex, keccak256, type PublicClient, toBytes } from 'viem'
import { logsOf } from '../chain/events.ts'

/** The credential types that the world's issuers may be accredited for; the others have their issuer by themselves. */
export const ACCREDITED_TYPES = ['IdentityCredential', 'DataSourceCredential', 'RepresentativeCredential'] as const
export type AccreditedType = (typeof ACCREDITED_TYPES)[number]

export const typeKey = (type: AccreditedType): Hex => keccak256(toBytes(type))

/** What the chain says of one issuer and one type. */
export interface Accreditation {
  /** keccak256 of the issuer's DID. */
  readonly issuer: Hex
  readonly type: AccreditedType | Hex
  /** Epoch seconds; what was issued from then on counts. */
  readonly from: number
  /** Epoch seconds; null while it goes on. */
  readonly until: number | null
}

/** The chain's way to say "goes on": the greatest uint64. */
const FOREVER = 2n ** 64n - 1n
const EVENTS = [
  getAbiItem({ abi: issuerRegistryAbi, name: 'IssuerAccredited' }),
  getAbiItem({ abi: issuerRegistryAbi, name: 'AccreditationWithdrawn' }),
] as const

/** The current or last accreditation of every issuer and type, in the order in which they first came. */
export async function readAccreditations(
  client: PublicClient,
  { registry, fromBlock }: { readonly registry: Address; readonly fromBlock: bigint },
): Promise<Accreditation[]> {
  const head = await client.getBlockNumber({ cacheTime: 0 })
  const range = (from: bigint, to: bigint) =>
    client.getLogs({ address: registry, events: EVENTS, fromBlock: from, toBlock: to, strict: true })
  const last = new Map<string, Accreditation>()
  for (const { args } of await logsOf(range, fromBlock, head)) {
    const type = ACCREDITED_TYPES.find((known) => typeKey(known) === args.credentialType) ?? args.credentialType
    const until = args.until === FOREVER ? null : Number(args.until)
    last.set(args.issuer + type, { issuer: args.issuer, type, from: Number(args.from), until })
  }
  return [...last.values()]
}
