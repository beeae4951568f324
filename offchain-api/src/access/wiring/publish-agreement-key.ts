import { ethereumDidRegistryAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import {
  bytesToHex,
  createPublicClient,
  createWalletClient,
  encodePacked,
  http,
  keccak256,
  type PrivateKeyAccount,
  parseSignature,
  stringToHex,
} from 'viem'
import { told } from '../../unified-api/chain/chain.ts'

/** X25519 key agreement as ethr-did-resolver reads it. */
const NAME = stringToHex('did/pub/X25519/enc/base58', { size: 32 })
/** Ten years, seconds: attributes end by themselves, and a marketplace without the key is deaf. */
const VALIDITY = 315_360_000n

/**
 * Writes a key agreement key into the DID document of `owner` (ERC-1056): the owner signs, `payer` sends and pays.
 * @throws ERR_CHAIN_AWAY (retryable)
 */
export const publishAgreementKey = ({
  rpcUrl,
  chainId,
  registry,
  owner,
  payer,
  publicKey,
}: {
  readonly rpcUrl: string
  readonly chainId: number
  readonly registry: Hex
  readonly owner: PrivateKeyAccount
  readonly payer: PrivateKeyAccount
  readonly publicKey: Uint8Array
}): Promise<void> =>
  told(async () => {
    const transport = http(rpcUrl, { timeout: 5000, retryCount: 1 })
    const client = createPublicClient({ transport, pollingInterval: 50 })
    const door = { address: registry, abi: ethereumDidRegistryAbi } as const
    const value = bytesToHex(publicKey)
    const nonce = await client.readContract({ ...door, functionName: 'nonce', args: [owner.address] })
    // ERC-1056 §"Signed": 0x19 0x00 registry nonce identity "name of the call" arguments, packed (ERC-191, version 0).
    const hash = keccak256(
      encodePacked(
        ['bytes1', 'bytes1', 'address', 'uint256', 'address', 'string', 'bytes32', 'bytes', 'uint256'],
        ['0x19', '0x00', registry, nonce, owner.address, 'setAttribute', NAME, value, VALIDITY],
      ),
    )
    const { r, s, yParity } = parseSignature(await owner.sign({ hash }))
    const chain = { id: chainId, name: 'opem', nativeCurrency: ETHER, rpcUrls: { default: { http: [rpcUrl] } } }
    const sent = await createWalletClient({ account: payer, chain, transport }).writeContract({
      ...{ ...door, functionName: 'setAttributeSigned' },
      args: [owner.address, 27 + yParity, r, s, NAME, value, VALIDITY],
    })
    await client.waitForTransactionReceipt({ hash: sent, timeout: 30_000 })
  })

const ETHER = { name: 'Ether', symbol: 'ETH', decimals: 18 } as const
