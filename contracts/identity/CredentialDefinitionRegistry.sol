// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Governed} from "../governance/Governed.sol";
import {CredentialDefinition, ICredentialDefinitionRegistry} from "./ICredentialDefinitionRegistry.sol";
import {IDidRegistry} from "./IDidRegistry.sol";
import {ISchemaRegistry} from "./ISchemaRegistry.sol";

/// @title What each issuer issues, after which schema
contract CredentialDefinitionRegistry is ICredentialDefinitionRegistry, Governed {
    /// @custom:storage-location erc7201:opem.storage.CredentialDefinitionRegistry
    struct DefinitionStorage {
        mapping(bytes32 definitionId => CredentialDefinition) definitions;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("opem.storage.CredentialDefinitionRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x578326cfd5680eae554482a0bc2305a4fd36263b95123f405df3121a82694f00;

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IDidRegistry private immutable _dids;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    ISchemaRegistry private immutable _schemas;

    constructor(IDidRegistry dids, ISchemaRegistry schemas) {
        (_dids, _schemas) = (dids, schemas);
    }

    /// @notice Called once, with the making of the proxy.
    function initialise(address authority) external initializer {
        __AccessManaged_init(authority);
    }

    /// @inheritdoc ICredentialDefinitionRegistry
    function defineCredential(
        address issuer,
        bytes32 credentialType,
        bytes32 schemaId
    ) external returns (bytes32 definitionId) {
        _checkOwner(issuer);
        if (!_schemas.isPublished(schemaId)) revert DefinitionSchemaUnknown(schemaId);
        definitionId = definitionIdOf(issuer, credentialType, schemaId);
        CredentialDefinition storage defined = _storage().definitions[definitionId];
        if (defined.definedAt != 0) revert DefinitionExists(definitionId);

        // 48 bits of seconds last for nine million years.
        (defined.issuer, defined.definedAt) = (issuer, uint48(block.timestamp));
        (defined.credentialType, defined.schemaId) = (credentialType, schemaId);
        emit CredentialDefined(definitionId, issuer, credentialType, schemaId);
    }

    /// @inheritdoc ICredentialDefinitionRegistry
    function retire(bytes32 definitionId) external {
        CredentialDefinition storage known = _known(definitionId);
        address issuer = known.issuer;
        _checkOwner(issuer);
        if (known.retiredAt != 0) revert DefinitionAlreadyRetired(definitionId, known.retiredAt);

        uint48 retiredAt = uint48(block.timestamp);
        known.retiredAt = retiredAt;
        emit DefinitionRetired(definitionId, issuer, known.credentialType, known.schemaId, known.definedAt, retiredAt);
    }

    /// @inheritdoc ICredentialDefinitionRegistry
    function definitionIdOf(address issuer, bytes32 credentialType, bytes32 schemaId) public pure returns (bytes32) {
        return keccak256(abi.encode(issuer, credentialType, schemaId));
    }

    /// @inheritdoc ICredentialDefinitionRegistry
    function isInUse(bytes32 definitionId) external view returns (bool) {
        CredentialDefinition storage known = _storage().definitions[definitionId];
        return known.definedAt != 0 && known.retiredAt == 0;
    }

    /// @inheritdoc ICredentialDefinitionRegistry
    function definition(bytes32 definitionId) external view returns (CredentialDefinition memory) {
        return _known(definitionId);
    }

    function _checkOwner(address issuer) private view {
        address owner = _dids.identityOwner(issuer);
        if (msg.sender != owner) revert DefinitionNotIssuer(msg.sender, issuer, owner);
    }

    function _known(bytes32 definitionId) private view returns (CredentialDefinition storage known) {
        known = _storage().definitions[definitionId];
        if (known.definedAt == 0) revert DefinitionUnknown(definitionId);
    }

    function _storage() private pure returns (DefinitionStorage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE
        }
    }
}
