import { ethereumDidRegistryAbi } from '@opem/contracts'
import { OpemError } from '@opem/domain'
import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  compactSignatureToSignature,
  createPublicClient,
  createWalletClient,
  encodePacked,
  type Hex,
  http,
  keccak256,
  type LocalAccount,
  parseCompactSignature,
  stringToHex,
} from 'viem'
import { chainUnreachable } from '../did/unreachable.ts'

export interface RegistryWriterOptions {
  readonly rpcUrl: string
  /** ERC-1056 registry. */
  readonly registry: Address
  /** Pays for the transactions. It decides nothing: what is written is signed by the identity's owner. */
  readonly payer: LocalAccount
}

/** Signs a hash with the key of an identity's owner; 64 bytes (ERC-2098). */
export type OwnerSigner = (hash: Hex) => Promise<Hex>

const refusedWrite = (what: string, cause?: unknown) =>
  new OpemError({ code: 'ERR_DID_WRITE', shortMessage: `The DID registry refused a change: ${what}.`, cause })

/** Writes to ERC-1056 for an identity whose key holds no ether: the owner signs (EIP-191 version 0), the payer sends. */
export function createRegistryWriter({ rpcUrl, registry, payer }: RegistryWriterOptions) {
  // A read is asked again, since a loaded machine or a connection that was idle too long is no silent chain.
  const client = createPublicClient({ transport: http(rpcUrl, { timeout: 10_000 }), pollingInterval: 100 })
  // A transaction is sent once: whether it arrived is for the caller to see.
  const wallet = createWalletClient({ account: payer, transport: http(rpcUrl, { timeout: 10_000, retryCount: 0 }) })
  const contract = { address: registry, abi: ethereumDidRegistryAbi } as const

  const ownerOf = (identity: Address): Promise<Address> =>
    client
      .readContract({ ...contract, functionName: 'identityOwner', args: [identity] })
      .catch((cause: unknown) => Promise.reject(chainUnreachable(`The owner of ${identity}`, cause)))

  /** keccak256(0x19 0x00 registry nonce identity action …), as the contract builds it. */
  const sign = async (identity: Address, action: string, rest: Hex, signer: OwnerSigner) => {
    const nonce = await client.readContract({ ...contract, functionName: 'nonce', args: [await ownerOf(identity)] })
    const head = encodePacked(
      ['bytes2', 'address', 'uint256', 'address', 'string'],
      ['0x1900', registry, nonce, identity, action],
    )
    const compact = parseCompactSignature(await signer(keccak256(`${head}${rest.slice(2)}`)))
    const { r, s, yParity = 0 } = compactSignatureToSignature(compact)
    return [yParity + 27, r, s] as const
  }

  const send = async (functionName: 'changeOwnerSigned' | 'setAttributeSigned', args: readonly unknown[]) => {
    try {
      const chain = null
      const hash = await wallet.writeContract({ ...contract, functionName, args, chain } as never)
      const { status } = await client.waitForTransactionReceipt({ hash, timeout: 60_000 })
      if (status !== 'success') throw refusedWrite(`transaction ${hash} reverted`)
    } catch (cause) {
      if (cause instanceof BaseError && cause.walk((e) => e instanceof ContractFunctionRevertedError) !== null)
        throw refusedWrite(`${functionName} reverted`, cause)
      throw chainUnreachable(`A change in the DID registry ${registry}`, cause)
    }
  }

  return {
    ownerOf,
    changeOwner: async (identity: Address, to: Address, signer: OwnerSigner): Promise<void> => {
      const signature = await sign(identity, 'changeOwner', encodePacked(['address'], [to]), signer)
      await send('changeOwnerSigned', [identity, ...signature, to])
    },
    /** @param seconds how long it is valid from now */
    setAttribute: async (identity: Address, name: string, value: Hex, seconds: bigint, signer: OwnerSigner) => {
      const key = stringToHex(name, { size: 32 })
      const rest = encodePacked(['bytes32', 'bytes', 'uint256'], [key, value, seconds])
      const signature = await sign(identity, 'setAttribute', rest, signer)
      await send('setAttributeSigned', [identity, ...signature, key, value, seconds])
    },
  }
}
