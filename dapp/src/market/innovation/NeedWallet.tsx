import type { ReactNode } from 'react'
import { useConnection } from 'wagmi'
import { WalletChoice } from '../../app/WalletChoice.tsx'
import { Notice } from '../../parts/Notice.tsx'

/** A step that a wallet signs: the wallet first. */
export function NeedWallet({ children }: { children: ReactNode }) {
  const { address } = useConnection()
  if (address !== undefined) return <p>{children}</p>
  return (
    <Notice title="This is signed with your wallet">
      <WalletChoice />
    </Notice>
  )
}
