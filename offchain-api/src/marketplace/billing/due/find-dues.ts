import { type Hex, nextDue, shortEur } from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import { notify } from '../../notifications/notify.ts'
import { type AgreementJson, agreementOf, paymentIdOf, paymentTerms } from '../terms.ts'

interface Billed extends Record<string, unknown> {
  readonly agreement: Hex
  readonly terms: AgreementJson
  readonly ends_at: string
  readonly next_number: number
  readonly provider: string
  readonly consumer: string
  readonly provider_account: Hex
  readonly consumer_account: Hex
}

const AT_ONCE = 200

/**
 * Writes down payments whose time has come, each once, and what comes next.
 * @returns how many were found; as long as there are any, there may be more
 */
export const findDues = (store: OperationalStore, now: number): Promise<number> =>
  store.transaction(async (rows) => {
    const billed = await rows<Billed>(
      `SELECT agreement, terms, ends_at::text, next_number, provider, consumer, provider_account, consumer_account
       FROM market_billing WHERE next_at <= $1 ORDER BY next_at, agreement LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED`,
      [now],
    )
    for (const it of billed) {
      const terms = paymentTerms(agreementOf(it.terms), Number(it.ends_at))
      const number = it.next_number
      const at = terms.start + number * terms.interval
      const payment = paymentIdOf(it.agreement, number)
      const found = await rows(
        `INSERT INTO market_payments (payment, agreement, number, provider, consumer, provider_account, consumer_account, amount,
           fee_bps, due_at, state, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'due', $11) ON CONFLICT DO NOTHING RETURNING 1`,
        [
          ...[payment, it.agreement, number, it.provider, it.consumer, it.provider_account, it.consumer_account],
          ...[terms.price.toString(), terms.feeBps, at, now],
        ],
      )
      const next = nextDue(terms, at)
      await rows('UPDATE market_billing SET next_number = $2, next_at = $3 WHERE agreement = $1', [
        ...[it.agreement, number + 1, next?.at ?? null],
      ])
      if (found.length > 0 && terms.plan === 'bank') await askForDetails(rows, it, payment)
      if (found.length > 0 && terms.plan !== 'bank')
        await notify(rows, {
          ...{ account: it.consumer_account, kind: 'payment-due', about: { agreement: it.agreement, payment } },
          words: {
            title: 'A payment is due',
            text: `€${shortEur(terms.price)} is due. It is paid from your purse by itself when there is enough in it.`,
          },
          link: '/billing',
        })
    }
    return billed.length
  })

/** An invoice waits for what it needs of both sides: who has not given it is asked, with each payment that is due. */
async function askForDetails(rows: OperationalStore['rows'], it: Billed, payment: Hex): Promise<void> {
  const known = await rows<{ account: string }>('SELECT account FROM market_invoice_details WHERE account = ANY($1)', [
    [it.provider_account, it.consumer_account],
  ])
  for (const account of [it.provider_account, it.consumer_account])
    if (!known.some((one) => one.account === account))
      await notify(rows, {
        ...{ account, kind: 'payment-due', about: { agreement: it.agreement, payment } },
        words: {
          title: 'An invoice waits for your details',
          text: 'Give the name, address and VAT id that it must carry, and as its seller the account it is paid to, on the billing page.',
        },
        link: '/billing',
      })
}
