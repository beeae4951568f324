import { type Hex, judgeVoucher, voucherTypedData } from '@opem/domain'
import { recoverTypedDataAddress } from 'viem'
import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { noteAction } from '../audit-log/note.ts'
import type { EscrowChain } from './escrow-chain.ts'
import { IS_FIRM, useStanding } from './use-account.ts'

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
  const signer = await signerOf(chain, { agreement, cumulative, signature })
  const firm = signer !== null && signer === standing.key
  const verdict = judgeVoucher(firm ? standing : { ...standing, vouched: standing.given }, cumulative)
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
      `INSERT INTO market_vouchers (agreement, cumulative, signature, given_at, signer)
       SELECT $1, $2::numeric, $3, $4, $5 WHERE $2::numeric > (SELECT coalesce(max(cumulative), 0) FROM market_vouchers
         WHERE agreement = $1 AND (NOT $6 OR signer IS NULL OR signer = $5))
       ON CONFLICT (agreement, cumulative) DO UPDATE SET signature = $3, given_at = $4, signer = $5 RETURNING 1`,
      [agreement, cumulative.toString(), signature, now, signer ?? UNKNOWN, firm],
    )
    if (written.length === 0)
      throw new Refusal(409, 'ERR_VOUCHER_NOT_HIGHER', 'a voucher that is as high came meanwhile; vouchers only rise')
    await noteAction(rows, {
      ...{ by: by.did, account: by.account, action: 'billing.voucher-given', about: { agreement } },
      detail: { cumulative: cumulative.toString() },
    })
  })
}

/** A contract that signs (ERC-1271) has no key, and may say otherwise tomorrow. */
const UNKNOWN = 'a contract'

/** Whose key signed; null when it was none's. */
const signerOf = (
  { chainId, escrow }: Pick<EscrowChain, 'chainId' | 'escrow'>,
  { signature, ...voucher }: StoredVoucher,
): Promise<string | null> =>
  recoverTypedDataAddress({ ...voucherTypedData({ chainId, escrow, voucher }), signature }).then(
    (address) => address.toLowerCase(),
    () => null,
  )

/**
 * The highest voucher of an agreement that the escrow would still pay something for; one that nobody can make worthless comes before
 * one that may be worth nothing when it is claimed.
 */
export async function claimableVoucher(
  { rows }: OperationalStore,
  agreement: string,
): Promise<StoredVoucher | undefined> {
  const [found] = await rows<{ agreement: Hex; cumulative: string; signature: Hex }>(
    `SELECT v.agreement, v.cumulative::text, v.signature FROM market_vouchers v JOIN market_reserves r USING (agreement)
     WHERE v.agreement = $1 AND v.cumulative > r.claimed AND v.cumulative <= r.funded ORDER BY ${IS_FIRM} DESC, v.cumulative DESC LIMIT 1`,
    [agreement],
  )
  return found && { ...found, cumulative: BigInt(found.cumulative) }
}
