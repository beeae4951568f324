import { OpemError } from '@opem/domain'
import { createRepresentativeReader, type Did, type OnChainRepresentative } from '@opem/ssi/did'
import { findProfile, holderAddress, type IssuedCredential } from '@opem/ssi/wallet'
import { isoOf, rolesIn } from './format.ts'
import { walletFolder } from './names.ts'
import { type PlaceOptions, placeOf } from './place.ts'

/** Who may act for a company by the chain; or why that is not known now. */
export type ActsOnChain =
  | { readonly known: true; readonly representatives: readonly OnChainRepresentative[] }
  | { readonly known: false; readonly reason: string }

/**
 * Asks the chain who may act for a company. A wallet is looked at without a chain too: then the reason is given.
 * @returns undefined for a wallet of a person or a machine
 */
export async function actsOnChain(name: string, options: PlaceOptions): Promise<ActsOnChain | undefined> {
  const profile = await findProfile(walletFolder(name))
  if (profile === undefined) return undefined
  try {
    const { rpcUrl, addresses } = (await placeOf(options)).chain
    const reader = createRepresentativeReader({ rpcUrl, registry: addresses.EthereumDIDRegistry })
    return { known: true, representatives: await reader.representativesOf(profile.did as Did) }
  } catch (error) {
    return {
      known: false,
      reason: error instanceof OpemError ? error.shortMessage : 'The marketplace does not answer.',
    }
  }
}

/** The roles in which the holder of a credential may act on chain; null when that is not known. */
export function rolesOnChain(acts: ActsOnChain | undefined, issued: IssuedCredential): readonly string[] | null {
  if (!acts?.known) return null
  const address = holderAddress(issued)
  return acts.representatives.filter((one) => one.address === address).map(({ role }) => role)
}

/** Lines on who may act for the company, each address with its roles and the name that the wallet's book has for it. */
export function representativeLines(acts: ActsOnChain, book: readonly IssuedCredential[]): string[] {
  if (!acts.known) return [`who may act for the company on chain is not known now: ${acts.reason}`]
  if (acts.representatives.length === 0) return ['nobody but the company itself may act for it on chain']
  const addresses = [...new Set(acts.representatives.map(({ address }) => address))]
  return addresses.map((address) => {
    const rights = acts.representatives.filter((one) => one.address === address)
    const name = book.findLast((one) => holderAddress(one) === address)?.name
    const until = isoOf(Math.min(...rights.map(({ validTo }) => validTo)))
    return `${address} may act on chain as ${rolesIn(rights.map(({ role }) => role))}, until ${until}: ${name ?? 'not by this wallet'}`
  })
}
