import { abiWords, toHex } from '../commitment/bytes.ts'
import { totalsHash } from '../commitment/totals.ts'
import { settlementReport } from '../consent/typed-data.ts'
import type { Notes } from './notes.ts'
import type { AuditInput, ChainCommittee } from './types.ts'

const ZERO_ROOT = `0x${'00'.repeat(32)}` as const

/** How many nodes had to agree at a block time. */
export const quorumAt = ({ quorums }: ChainCommittee, time: number): number =>
  quorums.filter(({ since }) => since <= time).at(-1)?.quorum ?? 0

/** The stored hash, the quorum, and that exactly the nodes of the bitmap signed this report and no other. */
export async function checkSignatures(
  { keccak, recoverSigner, chain, batch }: AuditInput,
  notes: Notes,
): Promise<void> {
  const hash = totalsHash(keccak, batch.totals)
  if (batch.batchHash) {
    const stored = toHex(
      keccak(
        abiWords([
          chain.community,
          batch.start,
          batch.periods,
          batch.revision,
          batch.rules,
          batch.settledAt,
          batch.fallen ? 0n : batch.signers,
          batch.fallen ? ZERO_ROOT : batch.root,
          hash,
        ]),
      ),
    )
    if (stored !== batch.batchHash.toLowerCase())
      notes.batch('AUDIT_BATCH_HASH', 'batchHash', batch.batchHash.toLowerCase(), stored)
  }
  const seated = chain.committee.seats.filter(({ seat }) => ((batch.signers >> BigInt(seat)) & 1n) === 1n)
  const bits = [...batch.signers.toString(2)].filter((bit) => bit === '1').length
  const quorum = quorumAt(chain.committee, batch.timestamp)
  if (seated.length !== bits)
    notes.batch('AUDIT_QUORUM', 'signers', 'only seats of the committee', `${bits - seated.length} unknown seats`)
  if (quorum === 0 || seated.length < quorum)
    notes.batch(
      'AUDIT_QUORUM',
      'signers',
      quorum === 0 ? 'a quorum in force' : `at least ${quorum} nodes`,
      `${seated.length} nodes`,
    )
  if (!batch.report) return
  const data = settlementReport({
    chainId: chain.chainId,
    settlement: chain.settlement,
    report: { ...batch, community: chain.community, deadline: batch.report.deadline },
    totalsHash: hash,
    nonce: batch.report.nonce,
  })
  const nodes = new Set(seated.map(({ node }) => node.toLowerCase()))
  const signed = new Set<string>()
  for (const [i, signature] of batch.report.signatures.entries()) {
    const signer = await signerOf(recoverSigner, data, signature)
    if (nodes.has(signer)) signed.add(signer)
    else
      notes.batch(
        'AUDIT_SIGNATURE',
        `signatures[${i}]`,
        'the signature of a node in the bitmap over this report',
        signer,
      )
  }
  for (const node of nodes)
    if (!signed.has(node)) notes.batch('AUDIT_SIGNATURE', 'signatures', `the signature of ${node}`, 'none')
}

// A flipped bit may leave no point on the curve: that too is a wrong signature, not a broken audit.
async function signerOf(
  recoverSigner: AuditInput['recoverSigner'],
  data: Parameters<AuditInput['recoverSigner']>[0],
  signature: `0x${string}`,
): Promise<string> {
  try {
    return (await recoverSigner(data, signature)).toLowerCase()
  } catch {
    return 'nobody: not a signature'
  }
}
