import { type Address, createPublicClient, type Hex, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

type Request = { readonly method: string; readonly params?: readonly unknown[] | object }
type TransactionRequest = Partial<Record<'to' | 'value' | 'data' | 'nonce' | 'gas' | 'gasPrice', Hex>> &
  Partial<Record<'maxFeePerGas' | 'maxPriorityFeePerGas', Hex>>

const number = (hex: Hex | undefined): number | undefined => (hex === undefined ? undefined : Number(hex))
const integer = (hex: Hex | undefined): bigint | undefined => (hex === undefined ? undefined : BigInt(hex))

/** An EIP-1193 provider over `rpcUrl` that signs with `key` here, so the chain needs no unlocked account. */
export async function signingProvider(rpcUrl: string, key: Hex) {
  const account = privateKeyToAccount(key)
  const client = createPublicClient({ transport: http(rpcUrl) })
  const chainId = await client.getChainId()
  const forward = client.request as (request: Request) => Promise<unknown>

  const sign = (request: TransactionRequest): Promise<Hex> => {
    const common = {
      chainId,
      to: request.to as Address | undefined,
      data: request.data,
      value: integer(request.value),
      nonce: number(request.nonce),
      gas: integer(request.gas),
    }
    if (request.gasPrice !== undefined)
      return account.signTransaction({ ...common, type: 'legacy', gasPrice: BigInt(request.gasPrice) })
    return account.signTransaction({
      ...common,
      type: 'eip1559',
      maxFeePerGas: integer(request.maxFeePerGas),
      maxPriorityFeePerGas: integer(request.maxPriorityFeePerGas),
    })
  }

  return {
    address: account.address,
    chainId,
    client,
    async request({ method, params }: Request): Promise<unknown> {
      if (method === 'eth_accounts' || method === 'eth_requestAccounts') return [account.address]
      if (method !== 'eth_sendTransaction') return forward({ method, ...(params === undefined ? {} : { params }) })
      const [transaction] = params as readonly [TransactionRequest]
      return forward({ method: 'eth_sendRawTransaction', params: [await sign(transaction)] })
    },
  }
}

export type SigningProvider = Awaited<ReturnType<typeof signingProvider>>
