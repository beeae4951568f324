import type { Hex } from '@opem/domain'
import { type PublicClient, recoverTransactionAddress } from 'viem'

/** Who signed a transaction that is under way, by its hash. */
export type Signers = Map<Hex, Hex>

/** Nonces follow each other for each key: after what is mined, and after what is signed and under way. */
export async function openNonces(
  client: PublicClient,
  underWay: readonly { readonly nonce: number; readonly hash: Hex; readonly raw: Hex }[],
  signers: Signers,
) {
  const highest = new Map<Hex, number>()
  const used = (address: Hex, nonce: number) => highest.set(address, Math.max(nonce, highest.get(address) ?? -1))
  for (const { nonce, hash, raw } of underWay) {
    // What an earlier life signed says itself who did.
    const address = signers.get(hash) ?? (await recoverTransactionAddress({ serializedTransaction: raw as never }))
    signers.set(hash, address)
    used(address, nonce)
  }
  const mined = new Map<Hex, number>()
  const next = async (address: Hex) => {
    const count = mined.get(address) ?? (await client.getTransactionCount({ address }))
    mined.set(address, count)
    return Math.max(count, (highest.get(address) ?? -1) + 1)
  }
  return { next, used }
}
