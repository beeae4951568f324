import { type Hex, type NotificationKind, shortEur } from '@opem/domain'
import type { ReactionParts, Rows } from '../follower/reaction.ts'
import { notify } from '../notifications/notify.ts'

interface Payment extends Record<string, unknown> {
  readonly agreement: string
  readonly number: string
  readonly amount: string
  readonly refunded: string
  readonly to_provider: string
  readonly until: string | null
  readonly provider_account: Hex
  readonly consumer_account: Hex
}

export type Happened = 'held' | 'released' | 'disputed' | 'decided' | 'lapsed' | 'refunded' | 'settled'

interface Said {
  readonly kind: NotificationKind
  readonly title: string
  readonly text: (payment: Payment) => string
}

const eur = (micro: string): string => `€${shortEur(BigInt(micro))}`
const when = (at: string | null): string =>
  at === null ? '' : new Date(Number(at) * 1000).toISOString().replace('.000', '')

const SAID: Readonly<Record<Happened, Said>> = {
  held: {
    kind: 'payment-held',
    title: 'A payment is held in escrow',
    text: ({ amount, until }) =>
      `${eur(amount)} is held. The consumer accepts or disputes it until ${when(until)}; after that it goes to the provider.`,
  },
  released: {
    kind: 'payment-released',
    title: 'A payment was released',
    text: ({ to_provider }) => `${eur(to_provider)} went to the provider’s purse; the rest is the platform fee.`,
  },
  disputed: {
    kind: 'payment-disputed',
    title: 'A payment is disputed',
    text: ({ amount, until }) =>
      `${eur(amount)} is disputed. Both sides may add what they know; the operator decides until ${when(until)}, otherwise it goes back to the consumer.`,
  },
  decided: {
    kind: 'payment-decided',
    title: 'A dispute was decided',
    text: ({ refunded, to_provider }) =>
      `${eur(refunded)} went back to the consumer, ${eur(to_provider)} to the provider.`,
  },
  lapsed: {
    kind: 'payment-lapsed',
    title: 'A dispute lapsed',
    text: ({ refunded }) => `Nobody decided in time: ${eur(refunded)} went back to the consumer.`,
  },
  refunded: {
    kind: 'payment-refunded',
    title: 'A payment was refunded',
    text: ({ refunded }) => `The provider gave back ${eur(refunded)} in all.`,
  },
  settled: {
    kind: 'payment-released',
    title: 'An invoice was paid',
    text: () => 'The operator recorded on the chain that the invoice was paid by bank.',
  },
}

/** Tells both sides what became of a payment, and the operator that a dispute waits; nobody when the past is only read again. */
export async function paymentNotice(
  rows: Rows,
  { first }: Pick<ReactionParts, 'first'>,
  payment: string,
  what: Happened,
): Promise<void> {
  if (!first) return
  const [it] = await rows<Payment>(
    `SELECT agreement, number::text, amount::text, refunded::text, to_provider::text, until::text, provider_account,
       consumer_account FROM market_payments WHERE payment = $1`,
    [payment],
  )
  if (it === undefined) return
  const { kind, title, text } = SAID[what]
  const accounts: (Hex | 'operator')[] = [it.consumer_account, it.provider_account]
  if (what === 'disputed') accounts.push('operator')
  for (const account of accounts)
    await notify(rows, {
      ...{ account, kind, about: { payment, agreement: it.agreement } },
      ...{ words: { title, text: text(it) }, link: '/billing' },
    })
}
