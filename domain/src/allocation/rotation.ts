/**
 * The place of each member in line for ties and remainders of one period: `(index + N − periodNumber mod N) mod N`.
 * The member whose index equals periodNumber mod N comes first, so nobody is favoured twice.
 */
export const rotationRank = (index: number, members: number, periodNumber: number): number =>
  (index + members - (periodNumber % members)) % members
