import { OpemError } from '../errors/opem-error.ts'

const BPS = 10_000n

/**
 * Splits an amount between provider and marketplace: the fee is rounded down, the provider gets the rest, and the two are
 * the amount exactly. µEUR
 * @throws ERR_FEE when the fee is none, ERR_AMOUNT when the amount is negative
 * @example splitFee(1_000_001n, 250) // { toProvider: 975_001n, fee: 25_000n }
 */
export function splitFee(amount: bigint, feeBps: number): { readonly toProvider: bigint; readonly fee: bigint } {
  if (!Number.isInteger(feeBps) || feeBps < 0 || feeBps > 10_000)
    throw new OpemError({
      code: 'ERR_FEE',
      shortMessage: `a fee of ${feeBps} hundredths of a percent is none: 0 to 10000 are`,
      details: { given: feeBps },
    })
  if (amount < 0n)
    throw new OpemError({
      code: 'ERR_AMOUNT',
      shortMessage: `${amount} µEUR cannot be split: give what was paid, which is not negative`,
      details: { given: amount },
    })
  const fee = (amount * BigInt(feeBps)) / BPS
  return { toProvider: amount - fee, fee }
}
