/**
 * The lake process: the one owner of the chDB data directory, behind ClickHouse's HTTP interface on loopback.
 * Environment: OPEM_LAKE_DIR (data folder), OPEM_LAKE_PORT (default 8403), OPEM_LAKE_CONNECTIONS (default 8).
 */
const connections = Number(process.env.OPEM_LAKE_CONNECTIONS ?? 8)
const dir = process.env.OPEM_LAKE_DIR
if (!dir) {
  console.error('lake: OPEM_LAKE_DIR is not set; it names the folder that holds the lake')
  process.exit(2)
}

// Queries run on libuv's threads, four by default: four scans would stop every other query and all file access.
// libuv reads this once, before its first use, hence the import afterwards.
process.env.UV_THREADPOOL_SIZE = String(connections * 2 + 8)
const { start } = await import('./start.ts')
await start({ dir, port: Number(process.env.OPEM_LAKE_PORT ?? 8403), connections })
