// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice What the registries ask of ERC-1056, where the DIDs `did:ethr` live.
/// @dev Warning: ERC-1056 answers the identity itself for a DID whose owner was set to zero (deactivated): its first key may
/// then act on chain again, though no resolver accepts its signatures.
interface IDidRegistry {
    /// @notice Who controls `identity` now: itself until the ownership was handed over.
    function identityOwner(address identity) external view returns (address);

    /// @notice Whether `delegate` acts for `identity` in the way of `delegateType` now.
    function validDelegate(address identity, bytes32 delegateType, address delegate) external view returns (bool);
}
