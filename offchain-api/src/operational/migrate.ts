import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pool } from 'pg'

const FOLDER = join(import.meta.dirname, 'migrations')
const LOCK = 7_263_541 // any number of our own: two processes that start together migrate one after the other

/** Brings the operational store to the newest version: every `migrations/NNN-….sql` once, in order, each whole or not at all. */
export async function migrate(pool: Pool): Promise<void> {
  const files = (await readdir(FOLDER)).filter((name) => /^\d{3}-[a-z-]+\.sql$/.test(name)).sort()
  const client = await pool.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK])
    await client.query(
      'CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
    )
    const { rows } = await client.query<{ version: number }>('SELECT version FROM migrations')
    const applied = new Set(rows.map(({ version }) => version))
    for (const name of files) {
      const version = Number(name.slice(0, 3))
      if (applied.has(version)) continue
      await client.query('BEGIN')
      try {
        await client.query(await readFile(join(FOLDER, name), 'utf8'))
        await client.query('INSERT INTO migrations (version, name) VALUES ($1, $2)', [version, name])
        await client.query('COMMIT')
      } catch (cause) {
        await client.query('ROLLBACK')
        throw cause
      }
    }
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK])
    client.release()
  } catch (cause) {
    client.release(true) // a fresh connection drops the lock with the old one
    throw cause
  }
}
