import { useState } from 'react'
import { Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components'
import { useConnect, useConnection, useConnectors, useDisconnect } from 'wagmi'
import {
  chooseDevelopmentAccount,
  DEVELOPMENT_ACCOUNTS,
  DEVELOPMENT_WALLET,
  developmentAccount,
} from '../chain/development-wallet.ts'
import { refusalOf } from '../chain/revert.ts'
import { shortHex } from '../format/hex.ts'
import { Button } from '../parts/Button.tsx'
import { Choice } from '../parts/Choice.tsx'
import { Copy } from '../parts/Copy.tsx'
import { Notice } from '../parts/Notice.tsx'

const accounts = Array.from({ length: DEVELOPMENT_ACCOUNTS }, (_, number) => ({
  id: String(number),
  name: `Account ${number}`,
  hint: developmentAccount(number).address,
}))

/** Connects a wallet, shows which account signs, and disconnects. */
export function WalletMenu() {
  const { address, connector } = useConnection()
  const connectors = useConnectors()
  const connect = useConnect()
  const disconnect = useDisconnect()
  const [account, setAccount] = useState('0')
  // The generic injected wallet stays away when EIP-6963 announced the same one by name, and when there is none.
  const announced = connectors.some((one) => one.type === 'injected' && one.id !== 'injected')
  const offered = connectors.filter(
    (one) => one.id !== DEVELOPMENT_WALLET && (one.id !== 'injected' || (!announced && 'ethereum' in window)),
  )
  const development = connectors.find((one) => one.id === DEVELOPMENT_WALLET)
  const failed = connect.error

  return (
    <DialogTrigger>
      {address === undefined ? (
        <Button look="main">Connect wallet</Button>
      ) : (
        <Button aria-label={`Wallet ${address}`}>
          <span className="dot" aria-hidden="true" />
          <span className="mono">{shortHex(address)}</span>
        </Button>
      )}
      <Popover className="popover wallet" placement="bottom end">
        <Dialog aria-label="Wallet">
          {({ close }) =>
            address === undefined ? (
              <div className="stack">
                <Heading slot="title">Connect a wallet</Heading>
                <p className="soft">Looking needs no wallet. Signing does: found, join, change rules.</p>
                {offered.map((one) => (
                  <Button key={one.uid} onPress={() => connect.mutateAsync({ connector: one }).then(close, () => {})}>
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
                        connect.mutateAsync({ connector: development }).then(close, () => {})
                      }}
                    >
                      Connect development wallet
                    </Button>
                  </div>
                )}
                {failed === null || failed === undefined ? null : (
                  <Notice tone="wrong" title="Not connected">
                    <p>{refusalOf(failed)}</p>
                  </Notice>
                )}
              </div>
            ) : (
              <div className="stack">
                <Heading slot="title">{connector?.name ?? 'Wallet'}</Heading>
                <Copy text={address} label="account" />
                <Button
                  onPress={() => {
                    disconnect.mutate({})
                    close()
                  }}
                >
                  Disconnect
                </Button>
              </div>
            )
          }
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
