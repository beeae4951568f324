import type { DatabaseSync } from 'node:sqlite'
import type { Address, Hex } from 'viem'
import { durably } from '../state/open-state.ts'

/** A transaction this node has signed: kept before it is sent, until the chain shows what became of it. */
export interface OutboxEntry {
  readonly id: number
  /** 'void' only uses up an account nonce that an abandoned transaction left open below others. */
  readonly kind: 'settle' | 'correct' | 'bond' | 'void'
  readonly community: Address | null
  /** The contract's nonce that the report carries: when it has moved on, somebody else was first. */
  readonly sequence: bigint | null
  /** Epoch seconds after which the contract refuses the report. */
  readonly deadline: number | null
  readonly accountNonce: number
  readonly hash: Hex
  readonly raw: Hex
}

/** The outbox's rows. Nothing here talks to the chain. */
export function openOutbox(db: DatabaseSync) {
  const insert = db.prepare(`
    INSERT INTO outbox (kind, community, sequence, deadline, account_nonce, hash, raw, state, written_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, 'signed', ?)`)
  const close = db.prepare('UPDATE outbox SET state = ?, why = ? WHERE id = ?')
  const open = db.prepare(`SELECT * FROM outbox WHERE state = 'signed' ORDER BY account_nonce, id`)
  const count = db.prepare(`SELECT count(*) AS n FROM outbox WHERE state = 'signed'`)
  const highest = db.prepare(`SELECT max(account_nonce) AS n FROM outbox WHERE state = 'signed'`)
  const held = db.prepare(`SELECT 1 FROM outbox WHERE state = 'signed' AND community = ? LIMIT 1`)
  const trim = db.prepare(`DELETE FROM outbox WHERE state <> 'signed' AND id < (SELECT max(id) FROM outbox) - 10000`)
  trim.run()

  return {
    add(entry: Omit<OutboxEntry, 'id'>): OutboxEntry {
      const { kind, community, sequence, deadline, accountNonce, hash, raw } = entry
      const at = Math.floor(Date.now() / 1000)
      // Nothing may be on the chain that this node does not remember having sent, not even after a power cut.
      const row = durably(db, () =>
        insert.run(kind, community, sequence?.toString() ?? null, deadline, accountNonce, hash, raw, at),
      )
      return { ...entry, id: Number(row.lastInsertRowid) }
    },
    close(entry: OutboxEntry, state: 'settled' | 'dropped', why: string | null = null) {
      close.run(state, why, entry.id)
    },
    open: (): OutboxEntry[] => (open.all() as unknown as Row[]).map(toEntry),
    /** Whether something about `community` is still under way, from this life or an earlier one. */
    holds: (community: Address): boolean => held.get(community) !== undefined,
    count: (): number => Number(count.get()!.n),
    highestNonce: (): number => Number(highest.get()!.n ?? -1),
  }
}

export type Outbox = ReturnType<typeof openOutbox>

interface Row {
  id: number
  kind: OutboxEntry['kind']
  community: Address | null
  sequence: string | null
  deadline: number | null
  account_nonce: number
  hash: Hex
  raw: Hex
}

const toEntry = ({ account_nonce, sequence, ...row }: Row): OutboxEntry => ({
  ...row,
  sequence: sequence === null ? null : BigInt(sequence),
  accountNonce: account_nonce,
})
