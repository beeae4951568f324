import { accessManagerAbi } from '@opem/contracts'
import { type Hex, type ListingApproval, listingApproval, listingKindNumber } from '@opem/domain'
import { type PublicClient, recoverTypedDataAddress } from 'viem'
import { told } from '../../unified-api/chain/told.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { Draft } from './drafts.ts'
import type { Submission } from './submissions.ts'

/** The AccessManager's role of operators (contracts/ignition). */
const OPERATOR = 3n

/** How long an approval may wait to be published. */
export const APPROVAL_SECONDS = 30 * 86_400

/** What the operator signs to approve an application. */
export const approvalOf = (
  draft: Pick<Draft, 'listing' | 'provider'>,
  submission: Pick<Submission, 'version' | 'content' | 'document'>,
  { providerContract, deadline }: { providerContract: Hex; deadline: number },
): ListingApproval => ({
  listing: draft.listing,
  provider: draft.provider,
  kind: listingKindNumber(submission.document.kind),
  version: submission.version,
  content: submission.content,
  providerContract,
  deadline: BigInt(deadline),
})

/**
 * Who signed an approval: an account that holds the role of operators on chain now, so that the registry takes it.
 * @throws Refusal ERR_APPROVAL_SIGNATURE; ERR_CHAIN_AWAY (retryable)
 */
export async function approverOf(
  {
    client,
    chainId,
    registry,
    accessManager,
  }: { client: PublicClient; chainId: number; registry: Hex; accessManager: Hex },
  approval: ListingApproval,
  signature: Hex,
): Promise<Hex> {
  const typedData = listingApproval({ chainId, listings: registry, approval })
  const signer = await recoverTypedDataAddress({ ...typedData, signature }).catch(() => undefined)
  if (signer === undefined) throw unsigned('the signature is none')
  const [holds] = await told(() =>
    client.readContract({
      ...{ address: accessManager, abi: accessManagerAbi, functionName: 'hasRole', args: [OPERATOR, signer] },
    }),
  )
  if (!holds)
    throw unsigned(`the signature belongs to ${signer.toLowerCase()}, which has not the role of operators on chain`)
  return signer.toLowerCase() as Hex
}

const unsigned = (why: string) =>
  new Refusal(
    400,
    'ERR_APPROVAL_SIGNATURE',
    `${why}; sign exactly what GET /v1/market/reviews/{listing} says, with an operator's key`,
  )
