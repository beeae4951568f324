import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * What a node must not forget when it is killed: transactions it signed, evidence it owes, readings it still has to
 * look at again. One SQLite file; every write is on disk before the node acts on it. The folder holds salted balances
 * until they are in the lake, so only its owner may read it.
 *
 * A row belongs to one chain: `settlement` is the contract's address with the hash of the block it was deployed in.
 */
export function openState(dir: string): DatabaseSync {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  chmodSync(dir, 0o700)
  const db = new DatabaseSync(join(dir, 'oracle.sqlite'))
  // FULL: a commit returns when the log is synced; the outbox promises that a sent transaction is a remembered one.
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA busy_timeout = 5000;
    CREATE TABLE IF NOT EXISTS outbox (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,               -- 'settle' | 'correct' | 'bond'
      community TEXT,                   -- null for a bond
      sequence TEXT,                    -- the contract's nonce that the report carries
      deadline INTEGER,                 -- epoch seconds after which the contract refuses it
      account_nonce INTEGER NOT NULL,
      hash TEXT NOT NULL,
      raw TEXT NOT NULL,                -- the signed transaction: sending it twice is sending it once
      state TEXT NOT NULL,              -- 'signed' | 'settled' | 'dropped'
      why TEXT,
      written_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS outbox_open ON outbox (state) WHERE state = 'signed';
    CREATE TABLE IF NOT EXISTS evidence (
      community TEXT NOT NULL,
      start INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      root TEXT NOT NULL,
      batch TEXT NOT NULL,              -- TradingBatch as JSON
      watermark INTEGER NOT NULL,       -- the lake's cursor when the readings were read
      PRIMARY KEY (community, start, revision, root)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS batches (
      community TEXT NOT NULL,
      start INTEGER NOT NULL,
      ends INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      settled_at INTEGER NOT NULL,
      batch TEXT NOT NULL,              -- the contract's Batch as JSON, numbers as text
      root TEXT NOT NULL,
      evidenced INTEGER NOT NULL DEFAULT 0,
      dirty INTEGER NOT NULL DEFAULT 0, -- a reading became known after it was settled; or it fell
      watermark INTEGER NOT NULL DEFAULT -1,
      PRIMARY KEY (community, start)
    ) STRICT;
    CREATE INDEX IF NOT EXISTS batches_owed ON batches (community, start) WHERE evidenced = 0;
    CREATE INDEX IF NOT EXISTS batches_dirty ON batches (community, start) WHERE dirty = 1;
    CREATE TABLE IF NOT EXISTS cursors (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `)
  return db
}

/** Named marks: how far the chain has been read, how far each community's changes. */
export const cursors = (db: DatabaseSync) => {
  const get = db.prepare('SELECT value FROM cursors WHERE name = ?')
  const set = db.prepare('INSERT INTO cursors VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
  return {
    read: (name: string): string | undefined => (get.get(name) as { value: string } | undefined)?.value,
    write: (name: string, value: string) => {
      set.run(name, value)
    },
  }
}

/** Runs `work` in one transaction. */
export function atomically<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const value = work()
    db.exec('COMMIT')
    return value
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}
