// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Governed} from "../governance/Governed.sol";
import {Accreditation, IIssuerRegistry} from "./IIssuerRegistry.sol";

/// @title The marketplace's allow-list of issuers, by type of credential
contract IssuerRegistry is IIssuerRegistry, Governed {
    /// @custom:storage-location erc7201:opem.storage.IssuerRegistry
    struct IssuerStorage {
        mapping(bytes32 issuer => mapping(bytes32 credentialType => Accreditation)) accreditations;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("opem.storage.IssuerRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0xfced23a2f9a376a6d2f0610b37f487e22f3b871b05ba6f3e5bd6e53023631800;

    /// @notice Called once, with the making of the proxy.
    function initialise(address authority) external initializer {
        __AccessManaged_init(authority);
    }

    /// @inheritdoc IIssuerRegistry
    function accredit(bytes32 issuer, bytes32 credentialType) external restricted {
        Accreditation storage known = _storage().accreditations[issuer][credentialType];
        uint64 previousUntil = known.until;
        if (previousUntil > block.timestamp) revert IssuerAlreadyAccredited(issuer, credentialType, known.from);

        (known.from, known.until) = (uint64(block.timestamp), type(uint64).max);
        emit IssuerAccredited(issuer, credentialType, previousUntil, uint64(block.timestamp), type(uint64).max);
    }

    /// @inheritdoc IIssuerRegistry
    function withdraw(bytes32 issuer, bytes32 credentialType) external restricted {
        Accreditation storage known = _storage().accreditations[issuer][credentialType];
        uint64 previousUntil = known.until;
        if (previousUntil <= block.timestamp) revert IssuerNotAccredited(issuer, credentialType, previousUntil);

        known.until = uint64(block.timestamp);
        emit AccreditationWithdrawn(issuer, credentialType, known.from, previousUntil, uint64(block.timestamp));
    }

    /// @inheritdoc IIssuerRegistry
    function accreditation(bytes32 issuer, bytes32 credentialType) external view returns (uint64 from, uint64 until) {
        Accreditation storage known = _storage().accreditations[issuer][credentialType];
        return (known.from, known.until);
    }

    /// @inheritdoc IIssuerRegistry
    function isAccredited(bytes32 issuer, bytes32 credentialType) external view returns (bool) {
        return _storage().accreditations[issuer][credentialType].until > block.timestamp;
    }

    function _storage() private pure returns (IssuerStorage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE
        }
    }
}
