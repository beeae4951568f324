// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice One version of a credential schema.
/// @param publisher under whose address its name stands
/// @param version counted from 1
/// @param publishedAt epoch seconds
/// @param contentHash keccak256 of the JSON Schema document, held by the marketplace
struct Schema {
    address publisher;
    uint32 version;
    uint64 publishedAt;
    bytes32 contentHash;
}

/// @notice What credentials look like: schemas that anybody publishes under an own address and nobody changes.
/// A schema's id is keccak256(abi.encode(publisher, keccak256(name), version)).
interface ISchemaRegistry {
    /// @param previousContentHash hash of the version before, 0 when it is the first
    event SchemaPublished(
        bytes32 indexed schemaId,
        address indexed publisher,
        bytes32 indexed nameHash,
        string name,
        uint32 version,
        bytes32 previousContentHash,
        bytes32 contentHash
    );

    error SchemaName(uint256 length, uint256 most);
    error SchemaVersion(uint32 given, uint32 expected);
    error SchemaWithoutContent(string name, uint32 version);
    error SchemaUnknown(bytes32 schemaId);

    /// @notice Publishes the next version of the caller's schema `name` (1 to 64 bytes of UTF-8). Anybody may.
    /// @param version exactly one higher than the last
    function publish(string calldata name, uint32 version, bytes32 contentHash) external returns (bytes32 schemaId);

    function schemaIdOf(address publisher, bytes32 nameHash, uint32 version) external pure returns (bytes32);

    /// @notice The last version of `publisher`'s schema with this name, 0 when there is none.
    function latestVersion(address publisher, bytes32 nameHash) external view returns (uint32);

    function isPublished(bytes32 schemaId) external view returns (bool);

    /// @notice A published schema; reverts when there is none of this id.
    function schema(bytes32 schemaId) external view returns (Schema memory);
}
