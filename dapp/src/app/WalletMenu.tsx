import { Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components'
import { useConnection, useDisconnect } from 'wagmi'
import { shortHex } from '../format/hex.ts'
import { Button } from '../parts/Button.tsx'
import { Copy } from '../parts/Copy.tsx'
import { WalletChoice } from './WalletChoice.tsx'

/** Connects a wallet, shows which account signs, and disconnects. */
export function WalletMenu() {
  const { address, connector } = useConnection()
  const disconnect = useDisconnect()
  return (
    <DialogTrigger>
      {address === undefined ? (
        <Button>Connect wallet</Button>
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
                <p className="soft">Your wallet signs: to sign in, to join, to found a community, to change rules.</p>
                <WalletChoice done={close} />
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
