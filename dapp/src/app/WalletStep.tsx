import { useConnection, useDisconnect } from 'wagmi'
import { Button } from '../parts/Button.tsx'
import { Facts } from '../parts/Facts.tsx'
import { useHolder } from '../presentation/use-holder.ts'
import { WalletChoice } from './WalletChoice.tsx'

/** First of all, whose wallet: chosen here, or shown with the DID it stands for. */
export function WalletStep() {
  const holder = useHolder()
  const { connector } = useConnection()
  const disconnect = useDisconnect()
  return (
    <section className="panel" aria-labelledby="wallet">
      <h2 id="wallet">Your wallet</h2>
      {holder === undefined ? (
        <div className="stack">
          <p className="soft">
            Choose the wallet that your credentials were issued to. Its keys stay in it; this page only asks for
            signatures.
          </p>
          <WalletChoice />
        </div>
      ) : (
        <>
          <Facts
            of={[
              ['Wallet', connector?.name ?? 'connected'],
              [
                'Its DID',
                <span key="did" className="mono">
                  {holder.did}
                </span>,
              ],
            ]}
          />
          <p>
            <Button onPress={() => disconnect.mutate({})}>Use another wallet</Button>
          </p>
        </>
      )}
    </section>
  )
}
