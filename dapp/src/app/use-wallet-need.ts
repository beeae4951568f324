import { useConnection } from 'wagmi'

/** What a step that a wallet signs still needs, for its button: a sentence while none is connected; waiting while one comes back. */
export function useWalletNeed(): { missing: string | undefined; waits: boolean } {
  const { status } = useConnection()
  return {
    missing: status === 'disconnected' ? 'Connect your wallet at the top of the page first.' : undefined,
    waits: status === 'connecting' || status === 'reconnecting',
  }
}
