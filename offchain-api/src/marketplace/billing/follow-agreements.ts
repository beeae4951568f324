import { type Agreement, nextDue, planOf } from '@opem/domain'
import type { Reaction, Rows } from '../follower/reaction.ts'
import { type AgreementJson, agreementJson, agreementOf, paymentTerms } from './terms.ts'

/** What of an agreement is about money, and which payment of it comes next. */
export const followAgreementsForBilling: Reaction<'AgreementRegistry'> = {
  name: 'billing-agreements',
  contract: 'AgreementRegistry',
  async apply(event, rows, { accountOf }) {
    switch (event.name) {
      case 'AgreementConcluded': {
        const agreement = lower(event.args.agreement as Agreement)
        const first = nextDue(paymentTerms(agreement, agreement.end), agreement.start - 1)
        await rows(
          `INSERT INTO market_billing
             (agreement, listing, provider, consumer, provider_account, consumer_account, plan, terms, ends_at, next_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
          [
            ...[event.args.id, agreement.listing, agreement.provider, agreement.consumer],
            ...[accountOf(agreement.provider), accountOf(agreement.consumer), planOf(agreement.plan)],
            ...[JSON.stringify(agreementJson(agreement)), agreement.end, first?.at ?? null],
          ],
        )
        return
      }
      case 'AgreementTerminated':
        return moveEnd(rows, event.args.id, event.args.endsAt)
      case 'AgreementExtended':
        return moveEnd(rows, event.args.id, event.args.end)
      default: // the fee of later agreements, the proxy and governance change no payment
    }
  },
  async forget(rows) {
    await rows('DELETE FROM market_billing')
  },
}

const lower = (it: Agreement): Agreement => ({
  ...it,
  ...{ provider: it.provider.toLowerCase() as never, consumer: it.consumer.toLowerCase() as never },
})

/** What would have been due at the new end or later is due no more; a payment that was never tried goes with it. */
async function moveEnd(rows: Rows, agreement: string, end: number): Promise<void> {
  const [known] = await rows<{ terms: AgreementJson; next_number: number }>(
    'UPDATE market_billing SET ends_at = $2 WHERE agreement = $1 RETURNING terms, next_number',
    [agreement, end],
  )
  if (known === undefined) return
  const terms = paymentTerms(agreementOf(known.terms), end)
  const next = terms.start + known.next_number * terms.interval
  const comes = known.next_number === 0 || (terms.interval > 0 && terms.plan !== 'one-time')
  const isDue = terms.price > 0n && terms.plan !== 'pay-per-use' && comes && (end === 0 || next < end)
  await rows('UPDATE market_billing SET next_at = $2 WHERE agreement = $1', [agreement, isDue ? next : null])
  if (end === 0) return
  const gone = await rows<{ payment: string }>(
    `DELETE FROM market_payments WHERE agreement = $1 AND state = 'due' AND due_at >= $2 RETURNING payment`,
    [agreement, end],
  )
  await rows('DELETE FROM market_arrears WHERE payment = ANY($1)', [gone.map(({ payment }) => payment)])
}
