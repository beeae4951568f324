import { type Hex, judgeVoucher } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { noteAction } from '../audit-log/note.ts'
import type { EscrowChain } from './escrow-chain.ts'
import { useStanding } from './use-account.ts'

export interface StoredVoucher {
  readonly agreement: Hex
  readonly cumulative: bigint
  readonly signature: Hex
}

/** Half of the order of secp256k1: a signature whose s is above it is another form of one below, and the contract refuses it. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/**
 * Takes a voucher of a consumer: judged by what is owed and set aside here, then by the contract itself, by the very call that
 * pays it. @throws Refusal ERR_VOUCHER_…, ERR_AGREEMENT_UNKNOWN; ERR_CHAIN_AWAY (retryable)
 */
export async function takeVoucher(
  { store, chain, now }: { store: OperationalStore; chain: EscrowChain; now: number },
  { agreement, cumulative, signature }: StoredVoucher,
  by: { readonly did: string; readonly account: Hex },
): Promise<void> {
  const standing = await useStanding(store.rows, agreement)
  if (standing === undefined)
    throw new Refusal(409, 'ERR_VOUCHER_PLAN', 'vouchers are for agreements that are paid by use; this one is not')
  const verdict = judgeVoucher(standing, cumulative)
  if (!verdict.ok) throw new Refusal(409, verdict.code, verdict.reason)
  if (signature.length === 132 && BigInt(`0x${signature.slice(66, 130)}`) > HALF_ORDER)
    throw new Refusal(
      409,
      'ERR_VOUCHER_SIGNATURE',
      'the signature is in its other form (s is in the upper half); sign again',
    )
  const refused = await chain.refusalOfVoucher(agreement, cumulative, signature)
  if (refused !== undefined)
    throw new Refusal(
      409,
      'ERR_VOUCHER_SIGNATURE',
      `the escrow would not pay this voucher (${refused}): it is signed by the consumer, or by somebody who acts for it, for this agreement on this chain`,
    )
  await store.transaction(async (rows) => {
    // Two vouchers at once: only a higher one is kept.
    await rows('SELECT 1 FROM market_billing WHERE agreement = $1 FOR UPDATE', [agreement])
    const written = await rows(
      `INSERT INTO market_vouchers (agreement, cumulative, signature, given_at)
       SELECT $1, $2::numeric, $3, $4 WHERE $2::numeric > (SELECT coalesce(max(cumulative), 0) FROM market_vouchers WHERE agreement = $1)
       RETURNING 1`,
      [agreement, cumulative.toString(), signature, now],
    )
    if (written.length === 0)
      throw new Refusal(409, 'ERR_VOUCHER_NOT_HIGHER', 'a voucher that is as high came meanwhile; vouchers only rise')
    await noteAction(rows, {
      ...{ by: by.did, account: by.account, action: 'billing.voucher-given', about: { agreement } },
      detail: { cumulative: cumulative.toString() },
    })
  })
}

/** The highest voucher of an agreement that the escrow would still pay something for. */
export async function claimableVoucher(
  { rows }: OperationalStore,
  agreement: string,
): Promise<StoredVoucher | undefined> {
  const [found] = await rows<{ agreement: Hex; cumulative: string; signature: Hex }>(
    `SELECT v.agreement, v.cumulative::text, v.signature FROM market_vouchers v JOIN market_reserves r USING (agreement)
     WHERE v.agreement = $1 AND v.cumulative > r.claimed AND v.cumulative <= r.funded ORDER BY v.cumulative DESC LIMIT 1`,
    [agreement],
  )
  return found && { ...found, cumulative: BigInt(found.cumulative) }
}
