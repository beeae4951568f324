import { agreementTypedData, extensionTypedData, type Hex, parseAgreementTerms } from '@opem/domain'
import { useSignTypedData } from 'wagmi'
import { useChain, useSettings } from '../app/settings.ts'
import { allHold, checkTerms, type SignTerms } from './check-terms.ts'

/** Checks terms against the chain, and only then asks the wallet. The contract is the page's own, never one that was sent along. */
export function useSignTerms(): SignTerms {
  const settings = useSettings()
  const client = useChain()
  const sign = useSignTypedData()
  return async (it) => {
    allHold(await checkTerms(client, settings, it))
    return sign.mutateAsync(
      agreementTypedData({
        ...{ chainId: settings.chainId, agreements: settings.addresses.AgreementRegistry },
        agreement: parseAgreementTerms(it.terms),
      }),
    )
  }
}

export function useSignExtension(): (agreement: Hex, end: number, deadline: number) => Promise<Hex> {
  const { chainId, addresses } = useSettings()
  const sign = useSignTypedData()
  return (agreement, end, deadline) =>
    sign.mutateAsync(
      extensionTypedData({
        ...{ chainId, agreements: addresses.AgreementRegistry },
        extension: { agreement, end, deadline: BigInt(deadline) },
      }),
    )
}
