import { useState } from 'react'
import { useConnect, useConnectors } from 'wagmi'
import {
  chooseDevelopmentAccount,
  DEVELOPMENT_ACCOUNTS,
  DEVELOPMENT_WALLET,
  developmentAccount,
} from '../chain/development-wallet.ts'
import { refusalOf } from '../chain/revert.ts'
import { Button } from '../parts/Button.tsx'
import { Choice } from '../parts/Choice.tsx'
import { Notice } from '../parts/Notice.tsx'

const accounts = Array.from({ length: DEVELOPMENT_ACCOUNTS }, (_, number) => ({
  id: String(number),
  name: `Account ${number}`,
  hint: developmentAccount(number).address,
}))

/** The wallets that this browser found (EIP-6963), and on a development chain the development wallet. */
export function WalletChoice({ done = () => {} }: { done?: () => void }) {
  const connectors = useConnectors()
  const connect = useConnect()
  const [account, setAccount] = useState('0')
  // The generic injected wallet stays away when EIP-6963 announced the same one by name, and when there is none.
  const announced = connectors.some((one) => one.type === 'injected' && one.id !== 'injected')
  const offered = connectors.filter(
    (one) => one.id !== DEVELOPMENT_WALLET && (one.id !== 'injected' || (!announced && 'ethereum' in window)),
  )
  const development = connectors.find((one) => one.id === DEVELOPMENT_WALLET)
  return (
    <>
      {offered.map((one) => (
        <Button key={one.uid} onPress={() => connect.mutateAsync({ connector: one }).then(done, () => {})}>
          {one.name}
        </Button>
      ))}
      {offered.length === 0 ? <p className="soft">No wallet was found in this browser.</p> : null}
      {development === undefined ? null : (
        <div className="development stack">
          <p>
            <strong>Development wallet.</strong> Its keys are public; for this development chain only.
          </p>
          <Choice label="Development account" options={accounts} value={account} onChange={setAccount} />
          <Button
            look="main"
            onPress={() => {
              chooseDevelopmentAccount(Number(account))
              connect.mutateAsync({ connector: development }).then(done, () => {})
            }}
          >
            Connect development wallet
          </Button>
        </div>
      )}
      {connect.error === null || connect.error === undefined ? null : (
        <Notice tone="wrong" title="Not connected">
          <p>{refusalOf(connect.error)}</p>
        </Notice>
      )}
    </>
  )
}
