import { useConnection, useSwitchChain } from 'wagmi'
import { refusalOf } from '../chain/revert.ts'
import { sameDid } from '../credentials/did.ts'
import { shortHex } from '../format/hex.ts'
import { Button } from '../parts/Button.tsx'
import { useHolder } from '../presentation/use-holder.ts'
import { useSession } from '../session/session.ts'
import { useSettings } from './settings.ts'

/** What is odd about the connected wallet, said before a signature fails because of it: another chain, another account. */
export function WalletNotes() {
  const { chainId, development } = useSettings()
  const { address, chainId: walletChain } = useConnection()
  const session = useSession()
  const holder = useHolder()
  if (address === undefined || holder === undefined) return null
  if (walletChain !== undefined && walletChain !== chainId)
    return <OtherChain is={walletChain} wanted={chainId} name={development ? 'OPEM development chain' : undefined} />
  if (!session || sameDid(holder.did, session.did)) return null
  return (
    <div className="banner" role="note">
      <strong>Another wallet is connected.</strong> You are signed in as {session.name}; the connected wallet is{' '}
      {shortHex(address)}, and what it signs counts for that account only.
    </div>
  )
}

function OtherChain({ is, wanted, name }: { is: number; wanted: number; name: string | undefined }) {
  const change = useSwitchChain()
  return (
    <div className="banner" role="note">
      <strong>Your wallet is on chain {is}.</strong> This marketplace is on {name === undefined ? '' : `the ${name}, `}
      chain {wanted}: nothing can be signed before the wallet is there.{' '}
      <Button isDisabled={change.isPending} onPress={() => change.mutate({ chainId: wanted })}>
        Switch the wallet
      </Button>
      {change.error === null ? null : <p role="alert">{refusalOf(change.error)}</p>}
    </div>
  )
}
