import { startAnvil } from '../../../contracts/testing/anvil.ts'

let id = 0

/** Stands for hardhat in the package's own tests: a fresh local chain for each file, of the kind that we run on. */
async function connect() {
  // The package's expectations name chain 1337.
  const anvil = await startAnvil({ chainId: 1337 })
  process.on('exit', () => void anvil.close())
  const request = async ({ method, params = [] }: { method: string; params?: unknown }): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params })
    const response = await fetch(anvil.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const { result, error } = (await response.json()) as { result?: unknown; error?: object }
    if (error) throw Object.assign(new Error((error as { message?: string }).message), error)
    return result
  }
  return { provider: { request } }
}

export default { network: { connect } }
