import { energyCommunityAbi, settlementAbi } from '@opem/contracts'
import type { PeriodSeconds } from '@opem/domain'
import type { Address, Hex, PublicClient } from 'viem'

export interface ChainMember {
  readonly id: Hex
  /** Member of every period that starts in `[from, until)`; Infinity while the member has not left. */
  readonly from: number
  readonly until: number
  readonly points: readonly { readonly id: Hex; readonly participation: number }[]
}

export interface ChainRules {
  readonly from: number
  readonly key: number
  readonly plain: boolean
  readonly exact: boolean
  readonly rulesHash: Hex
}

/** One community as its contracts say it is. Instants are epoch seconds. */
export interface ChainCommunity {
  readonly id: Address
  readonly periodSeconds: PeriodSeconds
  readonly members: readonly ChainMember[]
  readonly rules: readonly ChainRules[]
  readonly next: number
  readonly until: number
  /** Batches settled and corrected so far: the nonce of the next report. */
  readonly sequence: bigint
}

const FOREVER = 2n ** 64n - 1n
const instant = (seconds: bigint) => (seconds === FOREVER ? Number.POSITIVE_INFINITY : Number(seconds))
const lower = (hex: string) => hex.toLowerCase() as Hex
const PAGE = 100n

type Reader = Pick<PublicClient, 'readContract'>

/** Where settlement of a community stands at one block: a nonce and a next period of two blocks would not fit together. */
export async function readProgress(client: Reader, settlement: Address, id: Address, blockNumber: bigint) {
  const contract = { address: settlement, abi: settlementAbi, args: [id], blockNumber } as const
  const [next, until, sequence] = await Promise.all([
    client.readContract({ ...contract, functionName: 'nextPeriod' }),
    client.readContract({ ...contract, functionName: 'settlesUntil' }),
    client.readContract({ ...contract, functionName: 'nonce' }),
  ])
  return { next: instant(next), until: instant(until), sequence }
}

/** Memberships with their metering points. `known` spares the reads of members whose points cannot have changed. */
export async function readMembers(client: Reader, id: Address, known: ReadonlyMap<Hex, ChainMember['points']>) {
  const community = { address: id, abi: energyCommunityAbi } as const
  const count = await client.readContract({ ...community, functionName: 'memberCount' })
  const members: ChainMember[] = []
  for (let offset = 0n; offset < count; offset += PAGE) {
    const page = await client.readContract({ ...community, functionName: 'members', args: [offset, PAGE] })
    members.push(
      ...(await Promise.all(
        page.map(async ({ member, from, until }): Promise<ChainMember> => {
          const points =
            known.get(lower(member)) ??
            (await client.readContract({ ...community, functionName: 'meteringPoints', args: [member] })).map(
              ({ id, participation }) => ({ id: lower(id), participation }),
            )
          return { id: lower(member), from: instant(from), until: instant(until), points }
        }),
      )),
    )
  }
  return members
}

export async function readRules(client: Reader, id: Address): Promise<ChainRules[]> {
  const community = { address: id, abi: energyCommunityAbi } as const
  const count = await client.readContract({ ...community, functionName: 'rulesCount' })
  const versions = Array.from({ length: count }, (_, i) => i + 1)
  return Promise.all(
    versions.map(async (version) => {
      const rules = await client.readContract({ ...community, functionName: 'rules', args: [version] })
      return { ...rules, from: instant(rules.from), rulesHash: lower(rules.rulesHash) }
    }),
  )
}

export async function readPeriodSeconds(client: Reader, id: Address): Promise<PeriodSeconds> {
  const seconds = await client.readContract({ address: id, abi: energyCommunityAbi, functionName: 'periodSeconds' })
  return seconds as PeriodSeconds
}
