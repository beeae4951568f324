import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { createWalletClient, http, type LocalAccount } from 'viem'
import { foundry } from 'viem/chains'

/**
 * A wallet as a browser extension would bring it: an EIP-1193 provider, announced by EIP-6963. The key stays in the test's
 * process; the page only sees requests and answers.
 */
export async function injectWallet(browser: BrowserContext, account: LocalAccount, chainUrl: string): Promise<void> {
  const wallet = createWalletClient({ account, chain: foundry, transport: http(chainUrl) })
  let permitted = false
  const answer = async (method: string, params: unknown[]): Promise<unknown> => {
    switch (method) {
      case 'eth_requestAccounts':
        permitted = true
        return [account.address]
      case 'eth_accounts':
        return permitted ? [account.address] : []
      case 'eth_chainId':
        return '0x7a69'
      case 'wallet_requestPermissions':
        permitted = true
        return [{ parentCapability: 'eth_accounts' }]
      case 'eth_sendTransaction': {
        const { to, data, value } = params[0] as { to: `0x${string}`; data: `0x${string}`; value?: string }
        return wallet.sendTransaction({ to, data, value: BigInt(value ?? 0) })
      }
      case 'eth_signTypedData_v4':
        return account.signTypedData(JSON.parse(params[1] as string) as Parameters<LocalAccount['signTypedData']>[0])
      default:
        return wallet.request({ method, params } as never)
    }
  }
  await browser.exposeFunction('testWalletRequest', (method: string, params: unknown[]) =>
    answer(method, params).then(
      (result) => ({ result }),
      (error: Error) => ({ error: error.message }),
    ),
  )
  await browser.addInitScript({ path: join(import.meta.dirname, 'injected-provider.js') })
}
