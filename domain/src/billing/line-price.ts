import { type Cent, divideHalfUp, type InvoiceLine, netOfLine } from './invoice.ts'

const MOST_OF_A_PLAN = 10

/**
 * The net price of a unit with which a quantity comes to an amount to the cent, as BT-131 is counted: the plan’s own without its
 * VAT where that fits, with as few decimals as it needs, otherwise the amount for each unit.
 * @param grossMicro the plan’s price of a unit with VAT, µEUR; undefined: there is none
 * @param rate percent × 100
 */
export function priceOfUnit(
  net: Cent,
  quantity: Pick<InvoiceLine, 'quantity' | 'quantityDecimals'>,
  { grossMicro, rate }: { readonly grossMicro?: bigint | undefined; readonly rate: number },
): Required<Pick<InvoiceLine, 'price' | 'priceDecimals'>> {
  const fits = (price: bigint, priceDecimals: number) => netOfLine({ ...quantity, price, priceDecimals }) === net
  for (let decimals = 6; grossMicro !== undefined && decimals <= MOST_OF_A_PLAN; decimals++) {
    const price = divideHalfUp(grossMicro * 10n ** BigInt(decimals - 2), 10_000n + BigInt(rate))
    if (fits(price, decimals)) return { price, priceDecimals: decimals }
  }
  // An error of half the last decimal, times the quantity, is below half a cent at the latest when there are as many decimals
  // as the quantity has digits.
  const { quantity: units, quantityDecimals = 3 } = quantity
  for (let decimals = 6; ; decimals++) {
    const price = divideHalfUp(net * 10n ** BigInt(decimals - 2 + quantityDecimals), units)
    if (fits(price, decimals)) return { price, priceDecimals: decimals }
  }
}
