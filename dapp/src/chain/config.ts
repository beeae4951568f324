import { defineChain, http } from 'viem'
import { createConfig, injected } from 'wagmi'
import type { Settings } from '../api/settings.ts'
import { developmentWallet } from './development-wallet.ts'

/** Injected wallets are discovered through EIP-6963; the development wallet joins them on development chains only. */
export function wagmiConfig(settings: Settings, origin: string) {
  const url = `${origin}/chain`
  const chain = defineChain({
    id: settings.chainId,
    name: settings.development ? 'OPEM development chain' : `Chain ${settings.chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  })
  return createConfig({
    chains: [chain],
    connectors: settings.development ? [injected(), developmentWallet(url)] : [injected()],
    multiInjectedProviderDiscovery: true,
    transports: { [chain.id]: http(url) },
    pollingInterval: 1_000,
  })
}
