import { useConnection } from 'wagmi'
import { useSettings } from '../app/settings.ts'
import { didOfAddress } from '../credentials/did.ts'
import type { Holder } from './present.ts'

/** Whom the connected wallet can speak for; `undefined` without a wallet. */
export function useHolder(): Holder | undefined {
  const { chainId } = useSettings()
  const { address } = useConnection()
  return address === undefined ? undefined : { address, did: didOfAddress(chainId, address) }
}
