// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice Which credentials their issuers took back, for ever.
/// A credential is known by the address of its issuer's `did:ethr` and keccak256 of its `jti` (UTF-8): never by signature
/// bytes, of which one credential may have several.
interface IRevocationRegistry {
    /// @param by who revoked: the owner of the issuer's DID, or its delegate; a relayer is not named
    event CredentialRevoked(address indexed issuer, bytes32 indexed credentialId, address indexed by, uint64 revokedAt);

    error RevocationNotIssuer(address caller, address issuer, address owner);
    error RevocationBatch(uint256 given, uint256 most);
    error RevocationExpired(uint256 deadline, uint256 time);
    error RevocationSignatureInvalid(address owner, address recovered);

    /// @notice Revokes up to 256 of the issuer's credentials. What is revoked already stays as it is, so a repeated or
    /// overlapping batch does no harm and is not held up.
    /// @dev Only who owns the issuer's DID in ERC-1056 now, or a valid delegate of type `veriKey` (who may sign credentials
    /// in the issuer's name).
    /// @return revoked how many were not revoked before
    function revoke(address issuer, bytes32[] calldata credentialIds) external returns (uint256 revoked);

    /// @notice The same, signed by whoever may revoke and sent by anybody: a wallet needs no gas.
    /// Typed data: domain {name "OPEM Revocations", version "1", chainId, verifyingContract = this registry}, type
    /// `Revoke(address issuer,bytes32[] credentialIds,uint256 nonce,uint256 deadline)`; nonce = `nonces(issuer)`.
    /// An owner that is a contract signs by ERC-1271.
    /// @param deadline epoch seconds, inclusive
    function revokeSigned(
        address issuer,
        bytes32[] calldata credentialIds,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint256 revoked);

    /// @notice When the credential was revoked, epoch seconds; 0 when it was not.
    function revokedAt(address issuer, bytes32 credentialId) external view returns (uint64);

    /// @notice Signed revocations of the issuer's so far.
    function nonces(address issuer) external view returns (uint256);
}
