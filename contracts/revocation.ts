import type { Address, Hex } from 'viem'

/**
 * What the owner of an issuer's DID (or its `veriKey` delegate) signs so that anybody may send the revocation:
 * `RevocationRegistry.revokeSigned`. `nonce` is `nonces(issuer)`, `deadline` epoch seconds, 1 to 256 `credentialIds`
 * (keccak256 of the `jti`).
 */
export const revocationTypedData = (of: {
  chainId: number
  registry: Address
  issuer: Address
  credentialIds: readonly Hex[]
  nonce: bigint
  deadline: bigint
}) =>
  ({
    domain: { name: 'OPEM Revocations', version: '1', chainId: of.chainId, verifyingContract: of.registry },
    types: {
      Revoke: [
        { name: 'issuer', type: 'address' },
        { name: 'credentialIds', type: 'bytes32[]' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Revoke',
    message: { issuer: of.issuer, credentialIds: of.credentialIds, nonce: of.nonce, deadline: of.deadline },
  }) as const
