// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {NoncesUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/NoncesUpgradeable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Governed} from "../governance/Governed.sol";
import {IDidRegistry} from "./IDidRegistry.sol";
import {IRevocationRegistry} from "./IRevocationRegistry.sol";

/// @title Revocations, each by the issuer alone and for ever
/// @dev No role of the marketplace can revoke another's credential or give one back.
contract RevocationRegistry is IRevocationRegistry, Governed, EIP712Upgradeable, NoncesUpgradeable {
    /// @custom:storage-location erc7201:opem.storage.RevocationRegistry
    struct RevocationStorage {
        mapping(address issuer => mapping(bytes32 credentialId => uint64)) revokedAt;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("opem.storage.RevocationRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0xa0c5cf4df48ce3dfae033ca49c7dc3a56ce6ac198e76409029a93c4621704400;
    bytes32 private constant REVOKE_TYPEHASH = keccak256(
        "Revoke(address issuer,bytes32[] credentialIds,uint256 nonce,uint256 deadline)"
    );
    /// @dev ERC-1056's name for a key that verifies signatures of the identity.
    bytes32 private constant DELEGATE_TYPE = "veriKey";
    uint256 private constant LARGEST_BATCH = 256;

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IDidRegistry private immutable _dids;

    constructor(IDidRegistry dids) {
        _dids = dids;
    }

    /// @notice Called once, with the making of the proxy.
    function initialise(address authority) external initializer {
        __AccessManaged_init(authority);
        __EIP712_init("OPEM Revocations", "1");
    }

    /// @inheritdoc IRevocationRegistry
    function revoke(address issuer, bytes32[] calldata credentialIds) external returns (uint256 revoked) {
        address owner = _dids.identityOwner(issuer);
        if (!_actsFor(issuer, owner, msg.sender)) revert RevocationNotIssuer(msg.sender, issuer, owner);
        return _revoke(issuer, msg.sender, credentialIds);
    }

    /// @inheritdoc IRevocationRegistry
    function revokeSigned(
        address issuer,
        bytes32[] calldata credentialIds,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint256 revoked) {
        if (block.timestamp > deadline) revert RevocationExpired(deadline, block.timestamp);
        bytes32 ids = keccak256(abi.encodePacked(credentialIds));
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(REVOKE_TYPEHASH, issuer, ids, _useNonce(issuer), deadline))
        );
        return _revoke(issuer, _signerFor(issuer, digest, signature), credentialIds);
    }

    /// @inheritdoc IRevocationRegistry
    function revokedAt(address issuer, bytes32 credentialId) external view returns (uint64) {
        return _storage().revokedAt[issuer][credentialId];
    }

    /// @inheritdoc IRevocationRegistry
    function nonces(address issuer) public view override(IRevocationRegistry, NoncesUpgradeable) returns (uint256) {
        return super.nonces(issuer);
    }

    function _revoke(address issuer, address by, bytes32[] calldata credentialIds) private returns (uint256 revoked) {
        uint256 count = credentialIds.length;
        if (count == 0 || count > LARGEST_BATCH) revert RevocationBatch(count, LARGEST_BATCH);
        mapping(bytes32 credentialId => uint64) storage known = _storage().revokedAt[issuer];
        for (uint256 i = 0; i < count; ++i) {
            bytes32 credentialId = credentialIds[i];
            if (known[credentialId] != 0) continue;
            known[credentialId] = uint64(block.timestamp);
            ++revoked;
            emit CredentialRevoked(issuer, credentialId, by, uint64(block.timestamp));
        }
    }

    /// @dev A key first (also that of an account with code, ERC-7702, as ERC-1056 itself would take it), then ERC-1271.
    /// High-S signatures recover nobody.
    function _signerFor(
        address issuer,
        bytes32 digest,
        bytes calldata signature
    ) private view returns (address signer) {
        address owner = _dids.identityOwner(issuer);
        ECDSA.RecoverError failed;
        (signer, failed, ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failed == ECDSA.RecoverError.NoError && _actsFor(issuer, owner, signer)) return signer;
        if (owner.code.length > 0 && SignatureChecker.isValidERC1271SignatureNow(owner, digest, signature))
            return owner;
        revert RevocationSignatureInvalid(owner, signer);
    }

    function _actsFor(address issuer, address owner, address actor) private view returns (bool) {
        return actor == owner || _dids.validDelegate(issuer, DELEGATE_TYPE, actor);
    }

    function _storage() private pure returns (RevocationStorage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE
        }
    }
}
