/**
 * Euros as a decimal string, in µEUR; undefined when it is none: six decimals at most, nothing is rounded silently.
 * @example microOfEur('12.50') // 12_500_000n
 * @example microOfEur('0.0000001') // undefined
 */
export function microOfEur(text: string): bigint | undefined {
  const match = /^(\d{1,23})(?:\.(\d{1,6}))?$/.exec(text)
  if (match === null) return undefined
  return BigInt(match[1]!) * 1_000_000n + BigInt((match[2] ?? '').padEnd(6, '0'))
}
