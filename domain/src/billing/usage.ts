/** What was used, in units of the plan, counted in thousandths: half a unit is 500n. */
export type MilliUnits = bigint

/**
 * What use costs, µEUR: rounded up once over the whole of it, never for each use, so that counting in small steps costs nothing more.
 * @example owedForUse(250n, 1_500n) // 375n: one and a half units at 250 µEUR
 * @example owedForUse(1n, 1n) // 1n
 */
export const owedForUse = (pricePerUnit: bigint, used: MilliUnits): bigint => (pricePerUnit * used + 999n) / 1000n

/** Where a pay-per-use agreement stands. µEUR, all of them counted from the agreement's beginning. */
export interface UseAccount {
  /** What use has cost so far. */
  readonly owed: bigint
  /** The highest voucher that the consumer signed. */
  readonly vouched: bigint
  /** What of it the provider has taken. */
  readonly claimed: bigint
  /** What the consumer has set aside and nobody has taken; vouchers above `claimed + reserved` are not covered. */
  readonly reserved: bigint
  /** How much may be used before a voucher is signed. */
  readonly creditLimit: bigint
}

export type UseVerdict =
  | { readonly allowed: true; readonly left: bigint }
  | { readonly allowed: false; readonly code: 'ERR_VOUCHER_NEEDED' | 'ERR_RESERVE_USED_UP'; readonly reason: string }

/**
 * Whether `cost` more may be used: what is not covered by a voucher stays within the credit limit, and what is set aside
 * covers everything that use has cost.
 */
export function mayUseMore({ owed, vouched, claimed, reserved, creditLimit }: UseAccount, cost: bigint): UseVerdict {
  const after = owed + cost
  const covered = claimed + reserved
  if (after > covered)
    return {
      allowed: false,
      code: 'ERR_RESERVE_USED_UP',
      reason: `use would have cost ${after} µEUR, but ${covered} µEUR are set aside for it: set more aside on the billing page`,
    }
  if (after > vouched + creditLimit)
    return {
      allowed: false,
      code: 'ERR_VOUCHER_NEEDED',
      reason: `use would have cost ${after} µEUR; vouchers cover ${vouched} µEUR and ${creditLimit} µEUR are given on credit: sign a voucher on the billing page`,
    }
  const byReserve = covered - after
  const byCredit = vouched + creditLimit - after
  return { allowed: true, left: byReserve < byCredit ? byReserve : byCredit }
}

export type VoucherRefusal =
  | 'ERR_VOUCHER_AMOUNT'
  | 'ERR_VOUCHER_NOT_HIGHER'
  | 'ERR_VOUCHER_BELOW_OWED'
  | 'ERR_VOUCHER_ABOVE_RESERVE'

const MOST = 2n ** 96n - 1n

/** Whether a voucher over `cumulative` µEUR may be taken: higher than the one before, enough for what is owed, covered by what is set aside. */
export function judgeVoucher(
  { owed, vouched, claimed, reserved }: UseAccount,
  cumulative: bigint,
): { readonly ok: true } | { readonly ok: false; readonly code: VoucherRefusal; readonly reason: string } {
  const refuse = (code: VoucherRefusal, reason: string) => ({ ok: false, code, reason }) as const
  if (cumulative <= 0n || cumulative > MOST)
    return refuse('ERR_VOUCHER_AMOUNT', `a voucher over ${cumulative} µEUR is none: 1 to 2^96 − 1 are possible`)
  if (cumulative <= vouched)
    return refuse(
      'ERR_VOUCHER_NOT_HIGHER',
      `the voucher is over ${cumulative} µEUR, and one over ${vouched} µEUR is here already: vouchers count from the beginning and only rise`,
    )
  if (cumulative < owed)
    return refuse(
      'ERR_VOUCHER_BELOW_OWED',
      `the voucher is over ${cumulative} µEUR, but use has cost ${owed} µEUR so far: sign at least that`,
    )
  if (cumulative > claimed + reserved)
    return refuse(
      'ERR_VOUCHER_ABOVE_RESERVE',
      `the voucher is over ${cumulative} µEUR, but only ${claimed + reserved} µEUR are covered: set more aside first`,
    )
  return { ok: true }
}
