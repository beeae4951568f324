import {
  type Book,
  type CommittedBalance,
  commitBatch,
  type Keccak256,
  settlementReport,
  settlePeriod,
  Wh,
} from '@opem/domain'
import { type Address, type Hex, keccak256, parseEventLogs, type TransactionReceipt } from 'viem'
import { packSignatures, settlementAbi } from '../index.ts'
import { keyOf, type Marketplace, memberId } from './marketplace.ts'

export const keccak: Keccak256 = (bytes) => keccak256(bytes, 'bytes')

/** Wh that went in and out through a member's grid connection. */
export type Energies = readonly (readonly [energyImport: number | bigint, energyExport: number | bigint])[]

/** One settled period under the plain even rules, as TypeScript settles it. */
export function bookOf(start: number, energies: Energies, seconds: 900 | 3600 = 3600): Book {
  const readings = energies.map(([energyImport, energyExport], i) => ({
    member: memberId(i),
    energyImport: Wh(energyImport),
    energyExport: Wh(energyExport),
  }))
  const period = settlePeriod({ start, seconds }, readings, { key: 'even', rounds: 'iterate' })
  const balances = period.members.map(
    ({ member, energyImport, energyExport, bought, sold }): CommittedBalance => ({
      member: member as Hex,
      energyImport,
      energyExport,
      bought,
      sold,
      flags: 0,
      salt: keyOf(`${member} ${start}`),
    }),
  )
  return { start, surplus: period.surplus, demand: period.demand, shared: period.shared, balances }
}

/** A batch as the chain's `Batch`, from its event. */
export function batchIn({ logs }: TransactionReceipt, totalsHash: Hex) {
  const [settled] = parseEventLogs({ abi: settlementAbi, eventName: 'BatchSettled', logs })
  const { community, start, periods, revision, rules, settledAt, signers, root } = settled!.args
  return { community, start, periods, revision, rules, settledAt, signers, root, totalsHash }
}

/** Signs `books` by `signers` nodes and settles them as the next batch of `community`. */
export async function settleBooks(
  { client, operator, nodes, addresses, mined }: Marketplace,
  community: Address,
  books: readonly Book[],
  signers = 2,
) {
  const chainId = await client.getChainId()
  const settlement = { address: addresses.Settlement, abi: settlementAbi } as const
  const commitment = commitBatch(keccak, { chainId, community, revision: 0, books })
  const report = {
    community,
    start: BigInt(books[0]!.start),
    periods: books.length,
    revision: 0,
    rules: 1,
    root: commitment.root,
    deadline: (await client.getBlock()).timestamp + 600n,
  }
  const nonce = await client.readContract({ ...settlement, functionName: 'nonce', args: [community] })
  const { totals, totalsHash } = commitment
  const typed = settlementReport({ chainId, settlement: addresses.Settlement, report, totalsHash, nonce })
  const ascending = nodes
    .map(({ account }) => account)
    .sort((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1))
  const signatures = await Promise.all(ascending.slice(0, signers).map((account) => account.signTypedData(typed)))
  const hash = await operator.writeContract({
    ...settlement,
    functionName: 'settle',
    args: [packSignatures(signatures), report, totals],
  })
  const receipt = await mined(hash)
  return { receipt, commitment, batch: batchIn(receipt, totalsHash) }
}
