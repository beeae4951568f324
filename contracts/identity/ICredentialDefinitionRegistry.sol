// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice That an issuer issues credentials of a type after a schema.
/// @param issuer address of the issuer's `did:ethr`
/// @param definedAt epoch seconds
/// @param retiredAt epoch seconds, 0 while it is in use
/// @param credentialType keccak256 of the type's name (UTF-8)
/// @param schemaId a schema of the SchemaRegistry
struct CredentialDefinition {
    address issuer;
    uint48 definedAt;
    uint48 retiredAt;
    bytes32 credentialType;
    bytes32 schemaId;
}

/// @notice Which issuer issues what, after which schema. A definition says nothing of trust: see IIssuerRegistry.
/// A definition's id is keccak256(abi.encode(issuer, credentialType, schemaId)).
interface ICredentialDefinitionRegistry {
    event CredentialDefined(
        bytes32 indexed definitionId,
        address indexed issuer,
        bytes32 indexed credentialType,
        bytes32 schemaId
    );
    event DefinitionRetired(
        bytes32 indexed definitionId,
        address indexed issuer,
        bytes32 indexed credentialType,
        bytes32 schemaId,
        uint48 definedAt,
        uint48 retiredAt
    );

    error DefinitionNotIssuer(address caller, address issuer, address owner);
    error DefinitionSchemaUnknown(bytes32 schemaId);
    error DefinitionExists(bytes32 definitionId);
    error DefinitionUnknown(bytes32 definitionId);
    error DefinitionAlreadyRetired(bytes32 definitionId, uint48 retiredAt);

    /// @notice Defines a type of the issuer's on a published schema.
    /// @dev Only who owns the issuer's DID in ERC-1056 now.
    function defineCredential(
        address issuer,
        bytes32 credentialType,
        bytes32 schemaId
    ) external returns (bytes32 definitionId);

    /// @notice Ends a definition, for ever. A new one stands on another schema (or its next version).
    /// @dev Only who owns the issuer's DID in ERC-1056 now.
    function retire(bytes32 definitionId) external;

    function definitionIdOf(address issuer, bytes32 credentialType, bytes32 schemaId) external pure returns (bytes32);

    /// @notice Whether the definition exists and is not retired.
    function isInUse(bytes32 definitionId) external view returns (bool);

    /// @notice A definition, retired or not; reverts when there is none of this id.
    function definition(bytes32 definitionId) external view returns (CredentialDefinition memory);
}
