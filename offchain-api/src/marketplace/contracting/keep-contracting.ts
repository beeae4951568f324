import { type AgreementTermsJson, type Hex, parseAgreementTerms } from '@opem/domain'
import type { PrivateKeyAccount } from 'viem'
import type { AccessParts } from '../../access/access.ts'
import { type Rounds, startRounds } from '../../rounds.ts'
import { notify } from '../notifications/notify.ts'
import type { AgreementChain, MarketCall } from './agreement-chain.ts'
import { readAgreement } from './agreements.ts'
import { tellFailed } from './end-offers.ts'
import { extensionCall, type StoredExtension } from './extensions.ts'
import { changeOffer, expireOffers, readDocument, type StoredOffer } from './offers.ts'
import { refusalWords } from './refusal-words.ts'
import { remindEndings } from './remind-endings.ts'

const IDLE_MS = 1000
const AGAIN_SECONDS = 5
const MINUTE_MS = 60_000

/**
 * What contracting does by itself: it brings what both sides have signed to the chain for wallets without ether, tells of ends
 * that come soon, and clears away offers whose time is over. All of it stands in the store and goes on after a kill.
 */
export function keepContracting(parts: {
  readonly access: Pick<AccessParts, 'store' | 'now'>
  readonly chain: () => Promise<AgreementChain>
  readonly relayer: (() => Promise<PrivateKeyAccount>) | undefined
  readonly log: (line: string) => void
}): Rounds {
  const { store, now } = parts.access
  let swept = 0

  async function round(): Promise<void> {
    if (Date.now() - swept > MINUTE_MS) {
      swept = Date.now()
      await clearExpired()
      await store.transaction((rows) => remindEndings(rows, now()))
    }
    if (parts.relayer) await relayAll(parts.relayer)
    await endInstances()
  }

  async function clearExpired(): Promise<void> {
    await store.transaction(async (rows) => {
      for (const offer of await expireOffers(rows, now())) {
        const title = (await readDocument(rows, offer.document))?.title ?? 'a service'
        for (const account of [offer.provider_account, offer.consumer_account])
          await notify(rows, {
            ...{ account, kind: 'agreement-rejected', about: { agreement: offer.id, listing: offer.listing } },
            words: {
              title: `An offer for “${title}” expired`,
              text: 'Nobody answered it in time. It can be made anew.',
            },
            link: `/agreements/${offer.id}`,
          })
      }
      await rows(`UPDATE market_extensions SET state = 'expired' WHERE state IN ('open', 'signed') AND deadline < $1`, [
        now(),
      ])
      // Documents that no offer and no agreement names.
      await rows(
        `DELETE FROM market_agreement_documents d WHERE NOT EXISTS (SELECT 1 FROM market_offers o WHERE o.document = d.digest)`,
      )
    })
  }

  async function endInstances(): Promise<void> {
    const over = await store.rows<{ id: Hex; state: string }>(
      `SELECT a.id, a.state FROM market_instances i JOIN market_agreements a ON a.id = i.agreement
       WHERE i.state NOT IN ('ended', 'revoked') AND a.ends_at > 0 AND a.ends_at <= $1 ORDER BY a.ends_at LIMIT 50`,
      [now()],
    )
    if (over.length === 0) return
    // A later end may be on the chain that was not read yet: nothing is closed before the chain says so too.
    const chain = await parts.chain()
    for (const { id, state } of over) {
      const endsAt = state === 'terminated' ? 1 : (await chain.standingOf(id)).endsAt
      if (endsAt !== 0 && endsAt <= now()) await endInstance(id)
    }
  }

  async function endInstance(id: Hex): Promise<void> {
    await store.rows(
      `WITH over AS (
         SELECT i.agreement, i.state FROM market_instances i
         WHERE i.agreement = $2 AND i.state NOT IN ('ended', 'revoked') FOR UPDATE OF i
       ), ended AS (
         UPDATE market_instances i SET state = 'ended', key_hash = NULL, changed_at = $1 FROM over WHERE over.agreement = i.agreement
       )
       INSERT INTO market_instance_steps (agreement, step, previous, state, actor, at)
         SELECT agreement, 'end', state, 'ended', 'clock', $1 FROM over`,
      [now(), id],
    )
  }

  async function relayAll(relayer: () => Promise<PrivateKeyAccount>): Promise<void> {
    const due = await store.rows<StoredOffer & { id: `0x${string}` }>(
      `SELECT id, listing, document, provider_account, consumer_account, terms, consumer_signature, provider_signature FROM market_offers
       WHERE state = 'signed' AND relay AND next_try <= $1 ORDER BY changed_at LIMIT 20`,
      [now()],
    )
    const later = await store.rows<StoredExtension & { agreement: Hex; terms: AgreementTermsJson }>(
      `SELECT x.agreement, x.number, x.ends_at::float8 AS ends_at, x.deadline::float8 AS deadline, x.consumer_signature,
         x.provider_signature, a.terms
       FROM market_extensions x JOIN market_agreements a ON a.id = x.agreement
       WHERE x.state = 'signed' AND x.relay AND x.next_try <= $1 ORDER BY x.created_at LIMIT 20`,
      [now()],
    )
    if (due.length + later.length === 0) return
    const [chain, account] = await Promise.all([parts.chain(), relayer()])
    for (const offer of due) await relayOne(chain, account, offer)
    for (const one of later) await relayEnd(chain, account, one)
  }

  /** The end is moved once; what the contract would not take is tried no more. */
  async function relayEnd(
    chain: AgreementChain,
    account: PrivateKeyAccount,
    it: StoredExtension & { terms: AgreementTermsJson },
  ): Promise<void> {
    const key = [it.agreement, it.number]
    await store.rows('UPDATE market_extensions SET next_try = $3 WHERE agreement = $1 AND number = $2', [
      ...key,
      now() + AGAIN_SECONDS,
    ])
    if ((await chain.standingOf(it.agreement)).endsAt === it.ends_at) return // the follower reads it next
    const call = extensionCall(it, it)
    const refused = await chain.refusalOf(call)
    if (refused === undefined) return sendCall(chain, account, call)
    await store.transaction(async (rows) => {
      const [ended] = await rows(
        `UPDATE market_extensions SET state = 'expired' WHERE agreement = $1 AND number = $2 AND state = 'signed' RETURNING number`,
        key,
      )
      const agreement = ended && (await readAgreement(rows, it.agreement))
      if (!agreement) return
      for (const to of [agreement.provider_account, agreement.consumer_account])
        await notify(rows, {
          ...{ account: to, kind: 'agreement-rejected', link: `/agreements/${agreement.id}` },
          about: { agreement: agreement.id, listing: agreement.listing },
          words: {
            title: 'A later end was not taken',
            text: `It cannot be agreed on: ${refusalWords(refused)}. Offer it anew.`,
          },
        })
    })
  }

  /** The contract takes an agreement once; a second transaction is refused there and costs nothing here, because it is tried first. */
  async function relayOne(chain: AgreementChain, account: PrivateKeyAccount, offer: StoredOffer): Promise<void> {
    const call = {
      ...{ name: 'conclude' as const, terms: parseAgreementTerms(offer.terms) },
      ...{ consumer: offer.consumer_signature!, provider: offer.provider_signature! },
    }
    await store.rows('UPDATE market_offers SET next_try = $2 WHERE id = $1', [offer.id, now() + AGAIN_SECONDS])
    if ((await chain.standingOf(offer.id)).state !== 'none') return
    const refused = await chain.refusalOf(call)
    if (refused !== undefined) {
      const why = `It cannot be concluded: ${refusalWords(refused)}.`
      return store.transaction(async (rows) => {
        const reason = { from: ['signed'], to: 'failed', reason: why, now: now() } as const
        if (await changeOffer(rows, { id: offer.id, ...reason })) await tellFailed(rows, offer, why)
      })
    }
    await sendCall(chain, account, call)
  }

  async function sendCall(chain: AgreementChain, account: PrivateKeyAccount, call: MarketCall): Promise<void> {
    const { client, contract: to, chainId } = chain
    const data = chain.dataOf(call)
    const [nonce, fees, gas] = await Promise.all([
      client.getTransactionCount({ address: account.address, blockTag: 'pending' }),
      client.estimateFeesPerGas(),
      client.estimateGas({ account: account.address, to, data }),
    ])
    const serializedTransaction = await account.signTransaction({
      ...{ type: 'eip1559', chainId, nonce, to, data, gas: (gas * 5n) / 4n },
      ...{ maxFeePerGas: fees.maxFeePerGas * 2n, maxPriorityFeePerGas: fees.maxPriorityFeePerGas },
    })
    const hash = await client.sendRawTransaction({ serializedTransaction })
    await client.waitForTransactionReceipt({ hash, pollingInterval: 100, timeout: 20_000 })
  }

  return startRounds({ what: 'contracting', round, everyMs: IDLE_MS, log: parts.log })
}
