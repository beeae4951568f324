import type { MarketEvent, ReactionParts, Rows } from '../follower/reaction.ts'
import { notify } from '../notifications/notify.ts'
import { addAvailable, addFees } from './follow-escrow.ts'
import { noteMonthOfUse } from './note-month.ts'

type Event = MarketEvent<'Escrow'> & {
  name: 'Reserved' | 'VoucherClaimed' | 'ReserveClosing' | 'ReserveReclaimed'
}

interface Stored extends Record<string, unknown> {
  readonly provider: `0x${string}`
  readonly consumer: `0x${string}`
  readonly provider_account: `0x${string}`
  readonly consumer_account: `0x${string}`
}

/** Money set aside for use, what was claimed of it, and what went back. */
export async function noteReserves(event: Event, rows: Rows, parts: ReactionParts): Promise<void> {
  const { agreement } = event.args
  await noteReserveEvent(event, rows)
  if (event.name === 'Reserved') {
    const { consumer, provider, amount, funded, feeBps, key } = event.args
    await addAvailable(rows, parts, consumer, -amount, event)
    await rows(
      `INSERT INTO market_reserves (agreement, provider, consumer, provider_account, consumer_account, key, funded, fee_bps)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (agreement) DO UPDATE SET key = excluded.key, funded = excluded.funded, reclaimable_at = NULL`,
      [
        ...[agreement, provider.toLowerCase(), consumer.toLowerCase(), parts.accountOf(provider)],
        ...[parts.accountOf(consumer), key.toLowerCase(), funded.toString(), feeBps],
      ],
    )
    return
  }
  const [known] = await rows<Stored>(
    'SELECT provider, consumer, provider_account, consumer_account FROM market_reserves WHERE agreement = $1',
    [agreement],
  )
  if (known === undefined) throw new Error(`nothing was set aside under the agreement ${agreement}`)
  switch (event.name) {
    case 'VoucherClaimed': {
      const { cumulative, toProvider, fee } = event.args
      await addAvailable(rows, parts, known.provider, toProvider, event)
      await addFees(rows, parts, known.provider, fee)
      await rows(
        `UPDATE market_reserves SET claimed = $2, to_provider = to_provider + $3::numeric, fee = fee + $4::numeric
         WHERE agreement = $1`,
        [agreement, cumulative.toString(), toProvider.toString(), fee.toString()],
      )
      await noteMonthOfUse(rows, {
        ...{ agreement, seller: known.provider_account, buyer: known.consumer_account },
        ...{ at: event.time, claimed: cumulative },
      })
      return
    }
    case 'ReserveClosing': {
      const { reclaimableAt } = event.args
      await rows('UPDATE market_reserves SET reclaimable_at = $2 WHERE agreement = $1', [agreement, reclaimableAt])
      if (parts.first)
        await notify(rows, {
          ...{ account: known.provider_account, kind: 'payment-due', about: { agreement } },
          words: {
            title: 'Claim your vouchers',
            text: `The consumer takes back what is set aside for use at ${new Date(reclaimableAt * 1000).toISOString()}. Vouchers that are not claimed by then are worth nothing.`,
          },
          link: '/billing',
        })
      return
    }
    case 'ReserveReclaimed': {
      const { amount, funded } = event.args
      await addAvailable(rows, parts, known.consumer, amount, event)
      await rows('UPDATE market_reserves SET key = NULL, funded = $2, reclaimable_at = NULL WHERE agreement = $1', [
        agreement,
        funded.toString(),
      ])
      return
    }
    default:
      return event satisfies never
  }
}

const noteReserveEvent = (event: Event, rows: Rows) =>
  rows(
    'INSERT INTO market_reserve_events (agreement, transaction, log_index, at, what, detail) VALUES ($1, $2, $3, $4, $5, $6)',
    [event.args.agreement, event.transaction, event.logIndex, event.time, event.name, JSON.stringify(detailOf(event))],
  )

const detailOf = (event: Event): object =>
  Object.fromEntries(
    Object.entries(event.args)
      .filter(([name]) => name !== 'agreement')
      .map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value]),
  )
