import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { OpemError } from '@opem/domain'
import { lakeDdl } from './schema.ts'

/** First and last bytes of a Parquet file. */
const MAGIC = 'PAR1'

export type Parameters = Readonly<Record<string, string | number | readonly string[] | readonly number[]>>

/** The lake as the other capabilities see it: SQL with bound parameters in, rows out. Embedded and cluster alike. */
export interface Lake {
  rows<T>(sql: string, parameters?: Parameters): Promise<T[]>
  /** Rows in chunks, for answers that must not be held in memory. */
  stream<T>(sql: string, parameters?: Parameters): AsyncIterable<T[]>
  /** The answer as a file of one of the engine's formats, in pieces. @throws ERR_LAKE also when it breaks off in the middle */
  bytes(sql: string, format: 'Parquet', parameters?: Parameters): AsyncIterable<Uint8Array>
  /** Durable when it returns. */
  insert(table: string, columns: readonly string[], rows: readonly (readonly unknown[])[]): Promise<void>
  /** Creates what is missing; safe to run again. */
  migrate(): Promise<void>
  /** Whether the lake answers now. */
  isReady(): Promise<boolean>
  close(): Promise<void>
}

/**
 * @param url ClickHouse URL of the embedded lake or of a cluster
 * @throws ERR_LAKE_AWAY (retryable) when nobody answers; ERR_LAKE when the lake refuses
 */
export function createLake({ url, cluster }: { url: string; cluster?: string | undefined }): Lake {
  const client = createClient({
    url,
    request_timeout: 300_000,
    max_open_connections: 32,
    log: { level: ClickHouseLogLevel.OFF }, // it would print query parameters
    // Answer an insert into a distributed table only when the shards have it; numbers are numbers, as the embedded engine
    // has them (every stored one is a safe integer).
    ...(cluster
      ? {
          clickhouse_settings: {
            distributed_foreground_insert: 1,
            insert_quorum: 'auto',
            output_format_json_quote_64bit_integers: 0,
          },
        }
      : {}),
  })

  return {
    async rows<T>(sql: string, parameters: Parameters = {}) {
      return told(async () => {
        const result = await client.query({ query: sql, query_params: { ...parameters }, format: 'JSONEachRow' })
        return result.json<T>()
      })
    },
    async *stream<T>(sql: string, parameters: Parameters = {}) {
      const result = await told(() =>
        client.query({ query: sql, query_params: { ...parameters }, format: 'JSONEachRow' }),
      )
      for await (const rows of result.stream<T>()) yield rows.map((row) => row.json<T>())
    },
    async *bytes(sql, format, parameters: Parameters = {}) {
      const { stream } = await told(() =>
        client.exec({ query: `${sql} FORMAT ${format}`, query_params: { ...parameters } }),
      )
      let end = Buffer.alloc(0)
      for await (const piece of stream as AsyncIterable<Buffer>) {
        end = Buffer.concat([end, piece.subarray(-MAGIC.length)]).subarray(-MAGIC.length)
        yield piece
      }
      // A whole file ends as it begins; an answer that broke off ends in the engine's words.
      if (end.toString('latin1') !== MAGIC)
        throw new OpemError({
          code: 'ERR_LAKE',
          shortMessage: 'the lake broke off in the middle of a file',
          retryable: true,
        })
    },
    async insert(table, columns, rows) {
      if (rows.length === 0) return
      await told(() =>
        client.insert({
          table: `opem.${table}`,
          columns: [...columns] as [string, ...string[]],
          values: rows,
          format: 'JSONCompactEachRow',
        }),
      )
    },
    async migrate() {
      for (const query of lakeDdl(cluster)) await told(() => client.command({ query }))
    },
    isReady: async () => (await client.ping()).success,
    close: () => client.close(),
  }
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof ClickHouseError)
      throw new OpemError({
        code: 'ERR_LAKE',
        shortMessage: `the lake refused a query: ${cause.type ?? cause.code}`,
        details: { type: cause.type, code: cause.code },
        cause,
      })
    throw new OpemError({
      code: 'ERR_LAKE_AWAY',
      shortMessage: 'the lake does not answer; try again in a moment',
      cause,
      retryable: true,
    })
  }
}
