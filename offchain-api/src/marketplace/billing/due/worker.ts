import type { PrivateKeyAccount } from 'viem'
import type { OperationalStore } from '../../../operational/store.ts'
import { type Rounds, startRounds } from '../../../rounds.ts'
import type { Follower } from '../../follower/follower.ts'
import type { EscrowChain } from '../escrow-chain.ts'
import { creditGivenBack } from '../invoice/credit-given-back.ts'
import { issueDueInvoices } from '../invoice/issue-invoices.ts'
import { type Heard, issueUseInvoices } from '../invoice/issue-use-invoices.ts'
import { keepArrears } from './arrears.ts'
import { createEscrowOutbox } from './escrow-outbox.ts'
import { findDues } from './find-dues.ts'
import { tellEscrow } from './tell-escrow.ts'

export interface DueWorkerOptions {
  readonly store: OperationalStore
  readonly chain: () => Promise<EscrowChain>
  readonly follower: Pick<Follower, 'state'>
  /** Pays the gas; undefined: this API tells the chain nothing, others do. */
  readonly signer: (() => Promise<PrivateKeyAccount>) | undefined
  readonly graceSeconds: number
  readonly log: (line: string) => void
}

/**
 * Sees to it that what is due happens: payments, releases, lapses, invoices, notices, suspensions. Everything it does is
 * written down first, so that an end at any moment costs nothing but time; anybody else may be faster.
 */
export function createDueWorker(options: DueWorkerOptions): Rounds {
  const { store, chain, follower, signer, graceSeconds, log } = options
  const now = () => Math.floor(Date.now() / 1000)
  const outbox = signer && createEscrowOutbox({ store, chain, signer, now })

  async function round(): Promise<void> {
    const { block, head, stopped } = follower.state()
    // While the past is read again it would look as if nothing was paid.
    if (stopped !== null || block === null || head === null || block < head) return
    const at = await (await chain()).now()
    while ((await findDues(store, at)) > 0);
    await keepArrears(store, at, graceSeconds)
    if (outbox !== undefined) {
      await tellEscrow(store, at)
      await outbox.flush()
    }
    // Last: a bill that cannot be issued is said, and holds up no money.
    await creditGivenBack(store, at)
    await issueDueInvoices(store, at)
    await issueUseInvoices(store, () => heardUpTo(block, at), at)
  }

  /** A month is over when no block can tell of it any more: the newest is followed, or one that is later. */
  async function heardUpTo(block: number, at: number): Promise<Heard> {
    const { client } = await chain()
    const newest = Number(await client.getBlockNumber({ cacheTime: 0 }))
    if (newest <= block) return { block, until: at }
    return { block, until: Number((await client.getBlock({ blockNumber: BigInt(block) })).timestamp) }
  }

  return startRounds({ what: 'billing', round, everyMs: 1000, log })
}
