import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * What a node must not forget when it is killed: transactions it signed, evidence it owes, readings it still has to
 * look at again. One SQLite file; every write is committed before the node acts on it. The folder holds salted balances
 * until they are in the lake, so only its owner may read it.
 *
 * @param chain which contracts the state is about; what is kept about others is dropped
 */
export function openState(dir: string, chain: string): DatabaseSync {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  chmodSync(dir, 0o700)
  const db = new DatabaseSync(join(dir, 'oracle.sqlite'))
  // NORMAL: no kill of the process loses a commit, and few need to outlive the machine's (`durably`).
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
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
    CREATE TABLE IF NOT EXISTS early_changes (  -- readings that came before their period was settled
      community TEXT NOT NULL,
      period INTEGER NOT NULL,
      cursor INTEGER NOT NULL,          -- of the lake's changes
      PRIMARY KEY (community, period)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS cursors (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  `)
  const marks = cursors(db)
  if (marks.read('chain') !== chain) {
    db.exec(
      'DELETE FROM outbox; DELETE FROM evidence; DELETE FROM batches; DELETE FROM early_changes; DELETE FROM cursors',
    )
    marks.write('chain', chain)
  }
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

/** Runs `work` so that what it commits, and everything committed before, is on disk when it returns. */
export function durably<T>(db: DatabaseSync, work: () => T): T {
  db.exec('PRAGMA synchronous = FULL')
  try {
    return work()
  } finally {
    db.exec('PRAGMA synchronous = NORMAL')
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
