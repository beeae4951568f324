import type { PrivateKeyAccount } from 'viem'
import type { OperationalStore } from '../../../operational/store.ts'
import { createOutbox } from '../../../outbox/outbox.ts'
import type { EscrowChain } from '../escrow-chain.ts'
import { escrowCalls } from './calls.ts'

const LOCK = 7_263_544

/** Tells the escrow what has become due. */
export const createEscrowOutbox = ({
  store,
  chain,
  signer,
  now,
}: {
  readonly store: OperationalStore
  readonly chain: () => Promise<EscrowChain>
  /** A key of its own: its account nonces are nobody else's. */
  readonly signer: () => Promise<PrivateKeyAccount>
  readonly now: () => number
}) =>
  createOutbox({
    ...{ store, table: escrowCalls, signerOf: signer, lock: LOCK },
    async registry() {
      const { client, chainId, encode, isReached, refusalOf } = await chain()
      return {
        client,
        chainId,
        encode: ({ call }) => encode(call),
        isReached: ({ call }) => isReached(call),
        refusalOf,
      }
    },
    // From when on a call that the contract refused may be tried again.
    closed: async (rows, { id }) => {
      await rows('UPDATE market_escrow_calls SET written_at = $2 WHERE id = $1', [id, now()])
    },
  })
