import { issuerRegistryAbi, revocationRegistryAbi } from '@opem/contracts'
import { presentationTypedData } from '@opem/domain'
import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  createPublicClient,
  http,
  keccak256,
  parseAbi,
  stringToBytes,
} from 'viem'
import { hashTypedData } from 'viem/utils'
import { credentialIdOf } from '../credential/hash.ts'
import { accountIdOf, addressOfDid } from '../did/did.ts'
import { chainUnreachable } from '../did/unreachable.ts'
import { CLOCK_SKEW } from './credential.ts'
import type { VerifierPorts } from './types.ts'

export interface ChainPortsOptions {
  readonly rpcUrl: string
  readonly addresses: Readonly<Record<'IssuerRegistry' | 'RevocationRegistry', Address>>
}

const erc1271 = parseAbi(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)'])
/** What a contract answers for its own signature (ERC-1271). */
const SIGNED = '0x1626ba7e'

/**
 * The verifier's questions to the chain. Each is asked anew, because an answer from memory would let through what was
 * revoked a moment ago; each failure is ERR_CHAIN_UNREACHABLE (retryable), never an answer.
 */
export function createChainPorts({
  rpcUrl,
  addresses,
}: ChainPortsOptions): Pick<VerifierPorts, 'isRevoked' | 'isAccredited' | 'isContractSignature'> {
  const client = createPublicClient({ transport: http(rpcUrl, { timeout: 5_000, retryCount: 0, batch: true }) })

  return {
    isRevoked: async (issuer, jti) => {
      const address = addressOfDid(issuer)
      // Who is not on chain cannot revoke there; the issuer rules refuse such a credential for that reason.
      if (address === undefined) return false
      try {
        const revokedAt = await client.readContract({
          address: addresses.RevocationRegistry,
          abi: revocationRegistryAbi,
          functionName: 'revokedAt',
          args: [address, credentialIdOf(jti)],
        })
        return revokedAt !== 0n
      } catch (cause) {
        throw chainUnreachable('Whether the credential was revoked', cause)
      }
    },

    isAccredited: async (issuer, type, issuedAt) => {
      const contract = { address: addresses.IssuerRegistry, abi: issuerRegistryAbi } as const
      const args = [accountIdOf(issuer), keccak256(stringToBytes(type))] as const
      try {
        const [now, [from]] = await Promise.all([
          client.readContract({ ...contract, functionName: 'isAccredited', args }),
          client.readContract({ ...contract, functionName: 'accreditation', args }),
        ])
        return now && BigInt(issuedAt + CLOCK_SKEW) >= from
      } catch (cause) {
        throw chainUnreachable('Whether the issuer is accredited', cause)
      }
    },

    isContractSignature: async (wallet, terms, signature) => {
      try {
        if ((await client.getCode({ address: wallet })) === undefined) return false
        const answer = await client.readContract({
          address: wallet,
          abi: erc1271,
          functionName: 'isValidSignature',
          args: [hashTypedData(presentationTypedData(terms)), signature],
        })
        return answer === SIGNED
      } catch (cause) {
        if (isContractsOwnRefusal(cause)) return false
        throw chainUnreachable('Whether the contract wallet signed', cause)
      }
    },
  }
}

/** The contract answered, though not with yes: it reverted, or knows nothing of ERC-1271. */
const isContractsOwnRefusal = (error: unknown): boolean =>
  error instanceof BaseError &&
  error.walk((e) => e instanceof ContractFunctionRevertedError || e instanceof ContractFunctionZeroDataError) !== null
