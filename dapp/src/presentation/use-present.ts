import type { Operation } from '@opem/domain'
import { useSignTypedData } from 'wagmi'
import { askChallenge } from '../api/access.ts'
import { useSettings } from '../app/settings.ts'
import type { Credential } from '../credentials/decode.ts'
import type { Asked, Holder } from './present.ts'
import { present } from './present.ts'
import type { Eip712Proof } from './proof.ts'

/**
 * Asks for a challenge and has the wallet sign the presentation. The challenge is asked last, when the person has read
 * everything: it lasts two minutes.
 */
export function usePresent() {
  const { chainId } = useSettings()
  const sign = useSignTypedData()
  return async (
    operation: Operation,
    holder: Holder,
    credentials: readonly Credential[],
    given?: Omit<Asked, 'operation' | 'chainId'>,
  ): Promise<Eip712Proof> => {
    // A receipt answers the challenge that came with the credential.
    const asked = given === undefined ? await askChallenge(operation) : { ...given, operation, chainId }
    const now = Math.floor(Date.now() / 1000)
    return present(asked, holder, credentials, { operation, chainId, now }, (typedData) => sign.mutateAsync(typedData))
  }
}
