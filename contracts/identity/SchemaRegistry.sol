// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Governed} from "../governance/Governed.sol";
import {ISchemaRegistry, Schema} from "./ISchemaRegistry.sol";

/// @title Versions of credential schemas, each committed by its hash
contract SchemaRegistry is ISchemaRegistry, Governed {
    /// @custom:storage-location erc7201:opem.storage.SchemaRegistry
    struct SchemaStorage {
        mapping(bytes32 schemaId => Schema) schemas;
        mapping(address publisher => mapping(bytes32 nameHash => uint32)) latest;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("opem.storage.SchemaRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0xce116cc0377a8ef387d6eed122a2c660e21868bbaa0dccd6423cf6112633ff00;
    uint256 private constant LONGEST_NAME = 64;

    /// @notice Called once, with the making of the proxy.
    function initialise(address authority) external initializer {
        __AccessManaged_init(authority);
    }

    /// @inheritdoc ISchemaRegistry
    function publish(string calldata name, uint32 version, bytes32 contentHash) external returns (bytes32 schemaId) {
        uint256 length = bytes(name).length;
        if (length == 0 || length > LONGEST_NAME) revert SchemaName(length, LONGEST_NAME);
        if (contentHash == 0) revert SchemaWithoutContent(name, version);
        SchemaStorage storage $ = _storage();
        bytes32 nameHash = keccak256(bytes(name));
        uint32 previous = $.latest[msg.sender][nameHash];
        if (version != previous + 1) revert SchemaVersion(version, previous + 1);

        bytes32 previousContentHash = $.schemas[schemaIdOf(msg.sender, nameHash, previous)].contentHash;
        schemaId = schemaIdOf(msg.sender, nameHash, version);
        $.latest[msg.sender][nameHash] = version;
        $.schemas[schemaId] = Schema(msg.sender, version, uint64(block.timestamp), contentHash);
        emit SchemaPublished(schemaId, msg.sender, nameHash, name, version, previousContentHash, contentHash);
    }

    /// @inheritdoc ISchemaRegistry
    function schemaIdOf(address publisher, bytes32 nameHash, uint32 version) public pure returns (bytes32) {
        return keccak256(abi.encode(publisher, nameHash, version));
    }

    /// @inheritdoc ISchemaRegistry
    function latestVersion(address publisher, bytes32 nameHash) external view returns (uint32) {
        return _storage().latest[publisher][nameHash];
    }

    /// @inheritdoc ISchemaRegistry
    function isPublished(bytes32 schemaId) external view returns (bool) {
        return _storage().schemas[schemaId].version != 0;
    }

    /// @inheritdoc ISchemaRegistry
    function schema(bytes32 schemaId) external view returns (Schema memory known) {
        known = _storage().schemas[schemaId];
        if (known.version == 0) revert SchemaUnknown(schemaId);
    }

    function _storage() private pure returns (SchemaStorage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE
        }
    }
}
