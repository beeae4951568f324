import type { Payment } from '../api/billing.ts'

type State = Payment['state']

export const STATE_WORDS: Readonly<Record<State, string>> = {
  due: 'due',
  held: 'held in escrow',
  disputed: 'disputed',
  released: 'released to the provider',
  returned: 'given back',
  invoiced: 'invoiced, waits for the bank',
  settled: 'paid by bank',
}

/** How a payment stands; of what is paid by bank nothing was held that could be given back. */
export const stateWords = ({ state, plan }: Pick<Payment, 'state' | 'plan'>): string =>
  state === 'returned' && plan === 'bank' ? 'invoice taken back' : STATE_WORDS[state]

/** How a state looks: a badge's class. */
export const STATE_LOOK: Readonly<Record<State, string>> = {
  due: 'warn',
  held: 'calm',
  disputed: 'wrong',
  released: 'good',
  returned: 'soft',
  invoiced: 'warn',
  settled: 'good',
}
