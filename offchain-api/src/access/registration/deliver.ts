import { OpemError } from '@opem/domain'
import { type Rounds, startRounds } from '../../rounds.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import { CHALLENGE_SECONDS, makeChallenge, WALLET } from '../challenge/challenges.ts'
import { dueDeliveries, noteDelivery, type StoredCredential } from '../contract/credentials.ts'
import { deliverReceipts } from '../receipt/deliver-receipts.ts'
import { takeReceipt } from './receipt.ts'

const IDLE_MS = 2000
const FIRST_PAUSE = 5
const LONGEST_PAUSE = 300

/**
 * Brings Account credentials to companies' wallets and asks each for the receipt, until it comes or the credential
 * expires. What is due stands in the store, so that a kill loses nothing.
 */
export function createDeliveries(parts: () => AccessParts, log: (line: string) => void): Rounds {
  async function deliver(it: StoredCredential & { did: string; endpoint: string }): Promise<void> {
    const { store, wallet, now } = parts()
    const to = { endpoint: it.endpoint, did: it.did }
    try {
      const company = await wallet()
      const thread = await company.deliver(to, it.jwt!)
      const { challenge } = await makeChallenge(store, {
        ...{ browser: WALLET, operation: 'receipt', account: it.account, now: now(), seconds: CHALLENGE_SECONDS },
      })
      const jwt = await company.ask(to, {
        ...{ challenge, operation: 'receipt', types: ['AccountCredential'], credentials: [it.hash], thread },
      })
      await takeReceipt(parts(), { presentation: { kind: 'vp-jwt', jwt }, browser: WALLET })
    } catch (cause) {
      const reason = reasonOf(cause)
      // An address that may not be asked will not be; registering again with another one goes on at once.
      const never = cause instanceof OpemError && /^ERR_FETCH_(URL|ADDRESS)$/.test(cause.code)
      const pause = never ? LONGEST_PAUSE : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(it.tries, 10))
      await noteDelivery(store.rows, { account: it.account, hash: it.hash, reason, nextTry: now() + pause })
    }
  }

  async function round(): Promise<void> {
    const { store, now } = parts()
    await Promise.all((await dueDeliveries(store.rows, now())).map(deliver))
    await deliverReceipts(parts())
  }

  return startRounds({ what: 'deliveries', round, everyMs: IDLE_MS, log })
}

function reasonOf(cause: unknown): string {
  if (cause instanceof OpemError) return `${cause.code}: ${cause.shortMessage}`
  if (cause instanceof Refusal) return `${cause.code}: ${cause.detail}`
  return 'ERR_INTERNAL: the delivery did not come to its end'
}
