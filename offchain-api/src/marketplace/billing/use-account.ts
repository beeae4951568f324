import { type Hex, mayUseMore, owedForUse, type UseAccount } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import { lockUse, usageTotal } from '../provisioning/usage.ts'
import { type AgreementJson, agreementOf } from './terms.ts'

type Rows = OperationalStore['rows']

export interface UseStanding extends UseAccount {
  readonly calls: number
  readonly milliUnits: bigint
  /** Calls that are not answered yet: each holds one unit. */
  readonly underWay: number
  readonly pricePerUnit: bigint
  /** The highest voucher, whoever signed it; `vouched` counts those alone that nobody can make worthless before they are claimed. */
  readonly given: bigint
  /** What of it the provider's highest voucher would still bring. */
  readonly claimable: bigint
  readonly reclaimableAt: number | null
  /** Signs vouchers at the least cost; null when nothing is set aside. */
  readonly key: Hex | null
}

interface Row extends Record<string, unknown> {
  readonly terms: AgreementJson
  readonly funded: string | null
  readonly claimed: string | null
  readonly key: Hex | null
  readonly reclaimable_at: string | null
  readonly given: string | null
  readonly vouched: string | null
  readonly credit: string | null
}

/** Of a voucher `v` and its reserve `r`: the key that opened the reserve signed it, whose signature counts until that is closed. */
export const IS_FIRM = 'coalesce(v.signer = r.key, v.signer IS NULL)'

/** Where a pay-per-use agreement stands; undefined for agreements that are paid otherwise. */
export async function useStanding(rows: Rows, agreement: string): Promise<UseStanding | undefined> {
  const [found] = await rows<Row>(
    // The credit stands in the listing's document, in the version that was agreed upon.
    `SELECT b.terms, r.funded::text, r.claimed::text, r.key, r.reclaimable_at::text,
       (SELECT max(cumulative)::text FROM market_vouchers v WHERE v.agreement = b.agreement) AS given,
       (SELECT max(cumulative)::text FROM market_vouchers v WHERE v.agreement = b.agreement AND ${IS_FIRM}) AS vouched,
       (SELECT max((offered ->> 'credit')::numeric)::text FROM market_listing_versions l,
          jsonb_array_elements(CASE jsonb_typeof(l.document -> 'plans') WHEN 'array' THEN l.document -> 'plans' ELSE '[]' END) offered
        WHERE l.listing = b.listing AND l.version = (b.terms ->> 'version')::integer AND offered ->> 'kind' = 'pay-per-use'
          AND offered ->> 'price' = b.terms ->> 'price') AS credit
     FROM market_billing b LEFT JOIN market_reserves r USING (agreement) WHERE b.agreement = $1 AND b.plan = 'pay-per-use'`,
    [agreement],
  )
  if (found === undefined) return undefined
  const { calls, milliUnits, underWay } = await usageTotal(rows, agreement)
  const { price } = agreementOf(found.terms)
  const [funded, claimed] = [BigInt(found.funded ?? 0), BigInt(found.claimed ?? 0)]
  // A voucher that went to the contract without us counts as well.
  const vouched = max(BigInt(found.vouched ?? 0), claimed)
  const given = max(BigInt(found.given ?? 0), claimed)
  return {
    ...{
      calls,
      milliUnits,
      underWay,
      pricePerUnit: price,
      owed: owedForUse(price, milliUnits),
      vouched,
      given,
      claimed,
    },
    ...{ reserved: funded - claimed, creditLimit: BigInt(found.credit ?? 0) },
    claimable: (given < funded ? given : funded) - claimed,
    reclaimableAt: found.reclaimable_at === null ? null : Number(found.reclaimable_at),
    key: found.key,
  }
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b)

export type MayUse = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly reason: string }

/**
 * Whether a service may be used as far as money is concerned: nothing is suspended for want of payment (every payment, the first
 * one too, has its grace period), and of pay-per-use `milliUnits` more are covered beside the calls that are under way.
 */
export async function mayUseMoney(rows: Rows, agreement: string, milliUnits = 1000n): Promise<MayUse> {
  const [billed] = await rows<{ plan: string }>('SELECT plan FROM market_billing WHERE agreement = $1', [agreement])
  if (billed === undefined)
    return {
      ok: false,
      code: 'ERR_NOT_BILLED_YET',
      reason: 'the agreement is not known to billing yet; try again in a moment',
    }
  const suspended = await rows(
    'SELECT 1 FROM market_arrears WHERE agreement = $1 AND suspended_at IS NOT NULL LIMIT 1',
    [agreement],
  )
  if (suspended.length > 0)
    return {
      ok: false,
      code: 'ERR_PAYMENT_OVERDUE',
      reason:
        'a payment is overdue and its grace period is over; pay it on the billing page, and the service answers again',
    }
  if (billed.plan !== 'pay-per-use') return { ok: true }
  await lockUse(rows, agreement)
  const standing = (await useStanding(rows, agreement))!
  if (standing.reclaimableAt !== null)
    return {
      ok: false,
      code: 'ERR_RESERVE_CLOSING',
      reason: 'the consumer takes back what is set aside for use; set it aside anew',
    }
  const { owed, pricePerUnit, underWay } = standing
  const after = owedForUse(pricePerUnit, standing.milliUnits + BigInt(underWay) * 1000n + milliUnits)
  const verdict = mayUseMore(standing, after - owed)
  if (verdict.allowed) return { ok: true }
  const unsure =
    standing.given > standing.vouched && verdict.code === 'ERR_VOUCHER_NEEDED'
      ? `; the one over ${standing.given} µEUR counts when it is claimed, since not ${standing.key} signed it, which opened the reserve`
      : ''
  return { ok: false, code: verdict.code, reason: `${verdict.reason}${unsure}` }
}
