import {
  type Address,
  compactSignatureToSignature,
  type Hex,
  hashMessage,
  hashTypedData,
  keccak256,
  type LocalAccount,
  parseCompactSignature,
  serializeSignature,
  serializeTransaction,
} from 'viem'
import { toAccount } from 'viem/accounts'
import type { OwnerSigner } from './registry-writer.ts'

/** The owner of a DID as an account that sends its own transactions: some registries take nothing from anybody else. */
export function ownerAccount(address: Address, signer: OwnerSigner): LocalAccount {
  const signed = async (hash: Hex) => compactSignatureToSignature(parseCompactSignature(await signer(hash)))
  return toAccount({
    address,
    sign: async ({ hash }) => serializeSignature(await signed(hash)),
    signMessage: async ({ message }) => serializeSignature(await signed(hashMessage(message))),
    signTypedData: async (data) => serializeSignature(await signed(hashTypedData(data as never))),
    async signTransaction(transaction, { serializer = serializeTransaction } = {}) {
      const hash = keccak256((await serializer(transaction as never)) as Hex)
      return serializer(transaction as never, await signed(hash))
    },
  })
}
