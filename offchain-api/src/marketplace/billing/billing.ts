import type { PrivateKeyAccount, PublicClient } from 'viem'
import type { OperationalStore } from '../../operational/store.ts'
import type { Deployment } from '../../unified-api/chain/deployment.ts'
import type { Follower } from '../follower/follower.ts'
import { createDueWorker } from './due/worker.ts'
import { createEscrowChain, type EscrowChain } from './escrow-chain.ts'

export interface BillingSettings {
  /** Pays the gas of what becomes due; undefined: this API leaves it to others. */
  readonly signer: (() => Promise<PrivateKeyAccount>) | undefined
  /** How long a payment may lack money before use is suspended, seconds. */
  readonly graceSeconds: number
}

/** What billing's routes work with beside the store. */
export interface Billing {
  readonly graceSeconds: number
  /** Whether this API gives development euros away: it has a key that holds some. */
  readonly signer: (() => Promise<PrivateKeyAccount>) | undefined
  /** @throws ERR_MARKET_NOT_DEPLOYED, ERR_DEPLOYMENT_UNKNOWN (retryable) */
  chain(): Promise<EscrowChain>
  /** Does what is due now, without waiting for the next turn. */
  wake(): void
  close(): Promise<void>
}

export function createBilling({
  settings: { signer, graceSeconds },
  store,
  client,
  deployment,
  follower,
  log,
}: {
  readonly settings: BillingSettings
  readonly store: OperationalStore
  readonly client: PublicClient
  readonly deployment: () => Promise<Deployment>
  readonly follower: Pick<Follower, 'state'>
  readonly log: (line: string) => void
}): Billing {
  let known: { readonly on: Deployment; readonly chain: EscrowChain } | undefined
  const chain = async (): Promise<EscrowChain> => {
    const on = await deployment()
    if (known?.on !== on) known = { on, chain: createEscrowChain({ client, deployment: on }) }
    return known.chain
  }
  const worker = createDueWorker({ store, chain, follower, signer, graceSeconds, log })
  return { graceSeconds, signer, chain, wake: worker.wake, close: worker.close }
}
