import { inject } from 'vitest'

let id = 0

/** Stands for hardhat in the package's own tests: the kind of chain that we run on (see start-chain.ts). */
async function connect() {
  const url = inject('chainUrl')
  const request = async ({ method, params = [] }: { method: string; params?: unknown }): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message?: string } }
    if (error) throw Object.assign(new Error(error.message), error)
    return result
  }
  return { provider: { request } }
}

export default { network: { connect } }
