import { OpemError } from '@opem/domain'
import { queryOnce } from '../postgres/query.ts'

/** URL of graph-node's own database on the server of `OPEM_POSTGRES_URL`. */
export function graphStoreUrl(postgresUrl: string): string {
  const url = new URL(postgresUrl)
  url.pathname = '/graph'
  return url.href
}

/**
 * Makes the graph database fit for `identity` (chain, contracts, subgraph): an index of anything else is dropped, since
 * graph-node would serve the old chain's data as the new one's. Returns whether an index of the same was kept.
 * @throws OpemError ERR_INDEX_STORE
 */
export async function prepareGraphStore(postgresUrl: string, identity: string): Promise<'kept' | 'new'> {
  try {
    if ((await readIdentity(postgresUrl)) === identity) return 'kept'
    await queryOnce(postgresUrl, 'DROP DATABASE IF EXISTS graph WITH (FORCE)')
    await queryOnce(postgresUrl, "CREATE DATABASE graph TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
    const graph = graphStoreUrl(postgresUrl)
    for (const extension of ['btree_gist', 'pg_trgm'])
      await queryOnce(graph, `CREATE EXTENSION IF NOT EXISTS ${extension}`)
    // Not named after the user: graph-node would then make its tables here instead of in `public`.
    await queryOnce(graph, 'CREATE SCHEMA index_keeper')
    await queryOnce(graph, 'CREATE TABLE index_keeper.identity (identity text NOT NULL)')
    return 'new'
  } catch (cause) {
    throw new OpemError({
      code: 'ERR_INDEX_STORE',
      shortMessage:
        'the database `graph` could not be prepared: the user of OPEM_POSTGRES_URL must be allowed to create it',
      retryable: true,
      cause,
    })
  }
}

/** Notes what the index in the store is of, once it is deployed. */
export async function rememberIdentity(postgresUrl: string, identity: string): Promise<void> {
  await queryOnce(graphStoreUrl(postgresUrl), 'INSERT INTO index_keeper.identity VALUES ($1)', [identity])
}

/** Forgets what the store is for, so that the next start makes the index anew. */
export const forgetIdentity = (postgresUrl: string) =>
  queryOnce(graphStoreUrl(postgresUrl), 'DELETE FROM index_keeper.identity').then(() => {})

async function readIdentity(postgresUrl: string): Promise<string | null> {
  try {
    const { rows } = await queryOnce(graphStoreUrl(postgresUrl), 'SELECT identity FROM index_keeper.identity')
    return rows[0]?.identity ?? null
  } catch (error) {
    // 3D000: no such database; 42P01, 3F000: no such table, schema.
    if (['3D000', '42P01', '3F000'].includes((error as { code?: string }).code ?? '')) return null
    throw error
  }
}
