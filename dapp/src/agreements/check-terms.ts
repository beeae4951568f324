import { agreementRegistryAbi, listingRegistryAbi } from '@opem/contracts'
import { type AgreementDocument, type AgreementTermsJson, contentDigest, type Hex, OpemError } from '@opem/domain'
import { type PublicClient, sha256 } from 'viem'
import type { Settings } from '../api/settings.ts'

/** One thing that was looked at before signing. */
export interface TermsCheck {
  readonly what: string
  readonly holds: boolean
}

interface InHand {
  readonly terms: AgreementTermsJson
  readonly document: AgreementDocument
}

const PUBLISHED = 1

/**
 * What is about to be signed, held against the chain itself and not against what the marketplace says: the words are those of the
 * digest, the listing and the fee are as the contracts have them now.
 */
export async function checkTerms(
  client: Pick<PublicClient, 'readContract'>,
  { addresses }: Pick<Settings, 'addresses'>,
  { terms, document }: InHand,
): Promise<TermsCheck[]> {
  const [listing, feeBps] = await Promise.all([
    client.readContract({
      address: addresses.ListingRegistry,
      abi: listingRegistryAbi,
      functionName: 'listingOf',
      args: [terms.listing],
    }),
    client.readContract({ address: addresses.AgreementRegistry, abi: agreementRegistryAbi, functionName: 'feeBps' }),
  ])
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
  return [
    {
      what: 'The words above are exactly those whose digest is signed.',
      holds: contentDigest(document, sha256) === terms.terms,
    },
    {
      what: 'The listing is published, in this version, by this provider.',
      holds: listing.state === PUBLISHED && listing.version === terms.version && same(listing.provider, terms.provider),
    },
    {
      what: 'The words are about the document of the listing that the chain holds.',
      holds:
        same(listing.content, document.content) &&
        document.version === terms.version &&
        same(document.listing, terms.listing),
    },
    { what: 'The platform fee is the one in force.', holds: Number(feeBps) === terms.feeBps },
  ]
}

/** @throws ERR_TERMS_CHECK naming what does not hold: then nothing is signed */
export function allHold(checks: readonly TermsCheck[]): void {
  const wrong = checks.find(({ holds }) => !holds)
  if (wrong)
    throw new OpemError({
      code: 'ERR_TERMS_CHECK',
      shortMessage: `This does not hold any more: “${wrong.what}” Nothing was signed. Load the page again, or make the offer anew.`,
    })
}

export type SignTerms = (it: InHand) => Promise<Hex>
