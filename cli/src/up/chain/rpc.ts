import { Agent, type IncomingMessage, request } from 'node:http'
import { OpemError } from '@opem/domain'

/** A JSON-RPC 2.0 reply, with the caller's id put back by whoever sends it on. */
export type Reply = { result: unknown } | { error: RpcError }
export interface RpcError {
  code: number
  message: string
  data?: unknown
}

/** Client of one JSON-RPC server over kept-alive connections. */
export interface Rpc {
  /** @throws OpemError ERR_CHAIN_RPC when the server answers with an error, ERR_CHAIN_GONE when it does not answer */
  call(method: string, ...params: unknown[]): Promise<unknown>
  /** One reply a call, in order. */
  batch(calls: readonly { method: string; params: readonly unknown[] }[]): Promise<Reply[]>
  /** The server's own answer to `body`, unread. */
  forward(body: Buffer | string): Promise<IncomingMessage>
  close(): void
}

export function connectRpc(port: number): Rpc {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })

  const forward = (body: Buffer | string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      request({ host: '127.0.0.1', port, method: 'POST', path: '/', agent, headers }, resolve)
        .on('error', (cause) => reject(gone(port, cause)))
        .end(body)
    })

  const post = async (payload: unknown): Promise<unknown> => {
    const answer = await forward(JSON.stringify(payload))
    const chunks: Buffer[] = []
    try {
      for await (const chunk of answer) chunks.push(chunk as Buffer)
      return JSON.parse(Buffer.concat(chunks).toString())
    } catch (cause) {
      throw gone(port, cause)
    }
  }

  return {
    forward,
    async call(method, ...params) {
      const reply = (await post({ jsonrpc: '2.0', id: 1, method, params })) as Reply
      if ('result' in reply) return reply.result
      throw new OpemError({
        code: 'ERR_CHAIN_RPC',
        shortMessage: `${method} was refused: ${reply.error.message}`,
        details: { method, error: reply.error },
      })
    },
    async batch(calls) {
      if (calls.length === 0) return []
      const replies = await post(calls.map(({ method, params }, id) => ({ jsonrpc: '2.0', id, method, params })))
      const byId = new Map((replies as (Reply & { id: number })[]).map((reply) => [reply.id, reply]))
      return calls.map((_, id) => {
        const reply = byId.get(id)!
        return 'error' in reply ? { error: reply.error } : { result: reply.result }
      })
    },
    close: () => agent.destroy(),
  }
}

const gone = (port: number, cause: unknown) =>
  new OpemError({
    code: 'ERR_CHAIN_GONE',
    shortMessage: `the chain's engine on port ${port} did not answer`,
    details: { port },
    retryable: true,
    cause,
  })
