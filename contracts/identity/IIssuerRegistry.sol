// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice Since when and until when an issuer's credentials of one type are accepted, epoch seconds, `[from, until)`.
/// `until` is type(uint64).max while nobody withdrew it; both are zero when there never was an accreditation.
struct Accreditation {
    uint64 from;
    uint64 until;
}

/// @notice Which issuers the marketplace trusts, for which types of credential.
/// An issuer is keccak256 of its canonical DID (UTF-8), a type is keccak256 of its name (UTF-8).
interface IIssuerRegistry {
    /// @param previousUntil end of the accreditation before this one, 0 when it is the first
    event IssuerAccredited(
        bytes32 indexed issuer,
        bytes32 indexed credentialType,
        uint64 previousUntil,
        uint64 from,
        uint64 until
    );
    event AccreditationWithdrawn(
        bytes32 indexed issuer,
        bytes32 indexed credentialType,
        uint64 from,
        uint64 previousUntil,
        uint64 until
    );

    error IssuerAlreadyAccredited(bytes32 issuer, bytes32 credentialType, uint64 from);
    error IssuerNotAccredited(bytes32 issuer, bytes32 credentialType, uint64 until);

    /// @notice Accepts the issuer's credentials of this type from now on.
    /// @dev Operator only. After a withdrawal the accreditation begins anew: what was issued in between, and before, is
    /// outside of it.
    function accredit(bytes32 issuer, bytes32 credentialType) external;

    /// @notice Accepts them no more, from now on.
    /// @dev Operator only.
    function withdraw(bytes32 issuer, bytes32 credentialType) external;

    /// @notice The current or last accreditation.
    function accreditation(bytes32 issuer, bytes32 credentialType) external view returns (uint64 from, uint64 until);

    /// @notice Whether the issuer is accredited for this type now.
    function isAccredited(bytes32 issuer, bytes32 credentialType) external view returns (bool);
}
