/**
 * Whose turn it is. Batch k is led by node k mod n; each further node waits one take-over time longer, counted from
 * when it saw the batch fall due. No clocks are compared and nothing is random, and two nodes that go at once do no harm:
 * the contract takes one report per nonce.
 *
 * @returns how many nodes stand before `seat` in the order of batch `sequence` (0: it leads)
 */
export const placeInTurn = (sequence: bigint, seat: number, seats: number): number => {
  const leader = Number(sequence % BigInt(seats))
  return (seat - leader + seats) % seats
}

/** The seats that stand before `seat` in the order of batch `sequence`. */
export const seatsBefore = (sequence: bigint, seat: number, seats: number): number[] => {
  const leader = Number(sequence % BigInt(seats))
  return Array.from({ length: placeInTurn(sequence, seat, seats) }, (_, i) => (leader + i) % seats)
}

/** The other seats, from the one after `seat` on: the order in which a leader asks for signatures. */
export const seatsAfter = (seat: number, seats: number): number[] =>
  Array.from({ length: seats - 1 }, (_, i) => (seat + 1 + i) % seats)

/** Whether a node may propose now: it leads, everybody before it is known dead, or their time is over. */
export function mayPropose(input: {
  readonly place: number
  readonly waitedSeconds: number
  readonly takeoverSeconds: number
  readonly allBeforeDead: boolean
}): boolean {
  return input.place === 0 || input.allBeforeDead || input.waitedSeconds >= input.place * input.takeoverSeconds
}
