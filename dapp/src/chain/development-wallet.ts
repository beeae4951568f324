import type { Address, Chain, EIP1193Parameters, HDAccount, Hex, TypedDataDefinition, WalletRpcSchema } from 'viem'
import { createWalletClient, hexToBigInt, http, numberToHex } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { createConnector } from 'wagmi'

/** The phrase every development chain knows. Its keys are public: it is offered on development chains only. */
const MNEMONIC = 'test test test test test test test test test test test junk'
export const DEVELOPMENT_WALLET = 'development'
export const DEVELOPMENT_ACCOUNTS = 10

/** Account `number` (0–9) of the development phrase. */
export const developmentAccount = (number: number): HDAccount => mnemonicToAccount(MNEMONIC, { addressIndex: number })

const KEPT = 'opem.development-account'
const kept = (): number | undefined => {
  const number = globalThis.localStorage?.getItem(KEPT) ?? null
  return number !== null && /^[0-9]$/.test(number) ? Number(number) : undefined
}

let chosen = kept() ?? 0
/** Says which account the wallet answers with from the next connection on. */
export function chooseDevelopmentAccount(number: number): void {
  chosen = number
}

type Request = EIP1193Parameters<WalletRpcSchema>
type Sent = { to?: Address; data?: Hex; value?: Hex; gas?: Hex }

/** An EIP-1193 provider that signs in the page and sends raw transactions to `/chain`. */
function provider(chain: Chain, url: string) {
  const client = () => createWalletClient({ account: developmentAccount(chosen), chain, transport: http(url) })
  return {
    async request({ method, params }: Request): Promise<unknown> {
      const account = developmentAccount(chosen)
      switch (method) {
        case 'eth_accounts':
        case 'eth_requestAccounts':
          return [account.address]
        case 'eth_chainId':
          return numberToHex(chain.id)
        case 'wallet_switchEthereumChain':
          return null
        case 'eth_signTypedData_v4':
          return account.signTypedData(JSON.parse(params[1] as string) as TypedDataDefinition)
        case 'personal_sign':
          return account.signMessage({ message: { raw: params[0] as Hex } })
        case 'eth_sendTransaction': {
          const { to, data, value, gas } = params[0] as Sent
          return client().sendTransaction({
            ...(to === undefined ? {} : { to }),
            ...(data === undefined ? {} : { data }),
            ...(value === undefined ? {} : { value: hexToBigInt(value) }),
            ...(gas === undefined ? {} : { gas: hexToBigInt(gas) }),
          })
        }
        default:
          return client().request({ method, params } as never)
      }
    },
  }
}

/** The wagmi connector of the development wallet. */
export function developmentWallet(url: string) {
  let connected = false
  return createConnector<ReturnType<typeof provider>>((config) => ({
    id: DEVELOPMENT_WALLET,
    name: 'Development wallet',
    type: DEVELOPMENT_WALLET,
    async connect({ withCapabilities } = {}) {
      connected = true
      globalThis.localStorage?.setItem(KEPT, String(chosen))
      const accounts = await this.getAccounts()
      return {
        accounts: (withCapabilities ? accounts.map((address) => ({ address, capabilities: {} })) : accounts) as never,
        chainId: config.chains[0].id,
      }
    },
    async disconnect() {
      connected = false
      globalThis.localStorage?.removeItem(KEPT)
    },
    async getAccounts() {
      return connected ? [developmentAccount(chosen).address] : []
    },
    async getChainId() {
      return config.chains[0].id
    },
    async getProvider() {
      return provider(config.chains[0], url)
    },
    // As other wallets do: a page that is loaded again finds the account that was connected.
    async isAuthorized() {
      return kept() !== undefined
    },
    onAccountsChanged() {},
    onChainChanged() {},
    onDisconnect() {
      connected = false
      config.emitter.emit('disconnect')
    },
  }))
}
