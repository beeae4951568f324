import { settlementAbi } from '@opem/contracts'
import type { BalanceProof, Hex, TradingBatch } from '@opem/domain'
import { rulesInForce } from '@opem/domain'
import type { PublicClient } from 'viem'
import type { Community } from '../api/communities.ts'
import type { Settings } from '../api/settings.ts'
import { batchStruct, currentBatches, readBatches } from '../chain/batches.ts'
import type { Field, Step } from './verify.ts'
import { proofFrom, tampered, verifySteps } from './verify.ts'
import { verifyOwnSteps } from './verify-own.ts'

export type Proved = { start: number; steps: readonly Step[] }
export type Tampering = { start: number; field: Field }

type Input = {
  client: PublicClient
  settings: Settings
  community: Community
  evidence: readonly TradingBatch[]
  member: Hex
  /** Given to who sees only the own balances: the way of each to the root. */
  proofs?: ReadonlyMap<number, BalanceProof> | undefined
  starts: readonly number[]
  tampering?: Tampering | undefined
  progress: (done: number) => void
}

/**
 * Proves a member's balances: events, `batchHash` and `verifyBalance` are read from the contract itself, everything else is
 * computed here.
 */
export async function verifyDay({
  client,
  settings,
  community,
  evidence,
  member,
  proofs,
  starts,
  tampering,
  progress,
}: Input): Promise<Proved[]> {
  const contract = { address: settings.addresses.Settlement, abi: settlementAbi } as const
  const events = currentBatches(
    await readBatches(
      client,
      settings,
      community.id,
      evidence.map((batch) => batch.start),
    ),
  )
  const proved: Proved[] = []
  for (const given of evidence) {
    const storedHash = await client.readContract({
      ...contract,
      functionName: 'batchHash',
      args: [community.id, BigInt(given.start)],
    })
    const batch = events.find((one) => one.start === given.start)
    for (const book of given.books) {
      if (!starts.includes(book.start) || !book.balances.some((one) => one.member === member)) continue
      const shown = tampering?.start === book.start ? tampered(given, book.start, member, tampering.field) : given
      const found =
        proofs === undefined ? proofFrom(shown, book.start, member) : ownProof(shown, book.start, member, proofs)
      const verified =
        batch === undefined || found === undefined
          ? undefined
          : await client.readContract({
              ...contract,
              functionName: 'verifyBalance',
              args: [batchStruct(batch), found.balance, found.proof],
            })
      const rules = rulesInForce(community.rules, book.start)
      proved.push({
        start: book.start,
        steps:
          proofs === undefined
            ? verifySteps(shown, book.start, member, rules, { batch, storedHash, verified })
            : verifyOwnSteps(shown, book.start, member, proofs.get(book.start), { batch, storedHash, verified }),
      })
      progress(proved.length)
    }
  }
  return proved.sort((a, b) => a.start - b.start)
}

function ownProof(evidence: TradingBatch, start: number, member: Hex, proofs: ReadonlyMap<number, BalanceProof>) {
  const balance = evidence.books.find((book) => book.start === start)?.balances.find((one) => one.member === member)
  const proof = proofs.get(start)
  return balance === undefined || proof === undefined ? undefined : { balance, proof }
}
