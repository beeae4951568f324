import { connect } from 'node:net'
import pg from 'pg'

/** How to ask a part whether it does its work; kept in run.json, so that `opem status` asks the same question. */
export type Probe =
  | { readonly kind: 'http'; readonly url: string; readonly method?: 'GET' | 'POST' }
  | { readonly kind: 'rpc'; readonly url: string }
  | { readonly kind: 'graphql'; readonly url: string }
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'alive' }

const PATIENCE_MS = 5000

const post = (url: string, body: unknown) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  })

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE_MS })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false))
  })
}

async function answersSql(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: PATIENCE_MS })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function ask(probe: Probe): Promise<boolean> {
  switch (probe.kind) {
    case 'alive':
      return true
    case 'tcp':
      return accepts(probe.host, probe.port)
    case 'postgres':
      return answersSql(probe.url)
    case 'http': {
      const signal = AbortSignal.timeout(PATIENCE_MS)
      const response = await fetch(probe.url, { method: probe.method ?? 'GET', signal })
      await response.arrayBuffer()
      return response.ok
    }
    case 'rpc': {
      const response = await post(probe.url, { jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] })
      return ((await response.json()) as { result?: string }).result !== undefined
    }
    case 'graphql': {
      const response = await post(probe.url, { query: '{ _meta { block { number } hasIndexingErrors } }' })
      const body = (await response.json()) as { data?: { _meta?: { hasIndexingErrors: boolean } } }
      return body.data?._meta?.hasIndexingErrors === false
    }
  }
}

/** Whether the part answers as it should; a refusal, an error and a time-out are all "no". */
export const isHealthy = (probe: Probe): Promise<boolean> => ask(probe).catch(() => false)
