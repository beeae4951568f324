import { listingRegistryAbi } from '@opem/contracts'
import { contentDigest, type Hex } from '@opem/domain'
import { type PublicClient, sha256 } from 'viem'

/** What this page found when it looked at the chain itself. */
export type Verdict =
  | { readonly status: 'same'; readonly digest: Hex }
  | { readonly status: 'other-document'; readonly digest: Hex; readonly onChain: Hex }
  | { readonly status: 'other-version'; readonly onChain: number }
  | { readonly status: 'not-there' }

/**
 * Whether a document is the one that the chain holds the digest of: the digest is made here, from what is shown, and the
 * registry is asked by this page.
 */
export async function verifyListing(
  client: Pick<PublicClient, 'readContract'>,
  registry: Hex,
  { listing, version, document }: { listing: Hex; version: number; document: unknown },
): Promise<Verdict> {
  const onChain = await client.readContract({
    ...{ address: registry, abi: listingRegistryAbi, functionName: 'listingOf', args: [listing] },
  })
  if (onChain.version === 0) return { status: 'not-there' }
  if (onChain.version !== version) return { status: 'other-version', onChain: onChain.version }
  const digest = contentDigest(document, sha256)
  return digest === onChain.content
    ? { status: 'same', digest }
    : { status: 'other-document', digest, onChain: onChain.content }
}
