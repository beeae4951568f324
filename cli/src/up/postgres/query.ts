import pg from 'pg'

/** One statement on a connection of its own, for what is asked now and then. @throws whatever Postgres or the network says */
export async function queryOnce(url: string, sql: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  client.on('error', () => {
    // The query in hand is rejected as well; without a listener Node would end the process.
  })
  try {
    await client.connect()
    return await client.query(sql, values)
  } finally {
    await client.end().catch(() => {})
  }
}
