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
