// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Governed} from "../governance/Governed.sol";
import {Account, AccountKind, AccountStatus, IAccountRegistry} from "./IAccountRegistry.sol";

/// @title The marketplace's accounts: opened by the registrar, watched over by the operator
contract AccountRegistry is IAccountRegistry, Governed {
    /// @custom:storage-location erc7201:opem.storage.AccountRegistry
    struct AccountStorage {
        mapping(bytes32 account => Account) accounts;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("opem.storage.AccountRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0xb213574c08f1c6e6925f41bccb0fa9c704dff6d9c92ff498af4fc32f07f1a400;
    uint8 private constant KNOWN_ROLES = 0x0f;

    /// @notice Called once, with the making of the proxy.
    function initialise(address authority) external initializer {
        __AccessManaged_init(authority);
    }

    /// @inheritdoc IAccountRegistry
    function open(
        bytes32 account,
        AccountKind kind,
        uint8 roles,
        bytes32 credentialHash,
        uint64 pendingUntil
    ) external restricted {
        Account storage opened = _storage().accounts[account];
        AccountStatus status = opened.status;
        if (status > AccountStatus.Pending) revert AccountExists(account, status);
        if (opened.pendingUntil >= block.timestamp) {
            revert AccountStillPending(account, opened.pendingUntil, block.timestamp);
        }
        if (pendingUntil <= block.timestamp) revert AccountPendingInThePast(pendingUntil, block.timestamp);
        _checkRoles(roles);
        bytes32 previousHash = opened.credentialHash;
        _checkNew(account, previousHash, credentialHash);

        // Only a version that was active counts: after an opening that expired it is 1 again.
        _storage().accounts[account] = Account(AccountStatus.Pending, kind, roles, 1, pendingUntil, credentialHash);
        emit AccountOpened(account, kind, roles, 1, previousHash, credentialHash, pendingUntil);
    }

    /// @inheritdoc IAccountRegistry
    function activate(bytes32 account, uint32 version, bytes32 credentialHash) external restricted {
        Account storage pending = _storage().accounts[account];
        if (pending.status != AccountStatus.Pending) revert AccountNotPending(account, pending.status);
        if (block.timestamp > pending.pendingUntil) {
            revert AccountPendingExpired(account, pending.pendingUntil, block.timestamp);
        }
        if (version != pending.version) revert AccountVersion(account, version, pending.version);
        _checkCredential(account, credentialHash, pending.credentialHash);

        pending.status = AccountStatus.Active;
        emit AccountActivated(account, version, credentialHash);
    }

    /// @inheritdoc IAccountRegistry
    function renew(bytes32 account, uint32 version, bytes32 previousHash, bytes32 credentialHash) external restricted {
        Account storage active = _storage().accounts[account];
        if (active.status != AccountStatus.Active) revert AccountNotActive(account, active.status);
        if (version != active.version + 1) revert AccountVersion(account, version, active.version + 1);
        _checkCredential(account, previousHash, active.credentialHash);
        _checkNew(account, previousHash, credentialHash);

        (active.version, active.credentialHash) = (version, credentialHash);
        emit AccountRenewed(account, version, previousHash, credentialHash);
    }

    /// @inheritdoc IAccountRegistry
    function suspend(bytes32 account) external restricted {
        Account storage active = _storage().accounts[account];
        if (active.status != AccountStatus.Active) revert AccountNotActive(account, active.status);
        active.status = AccountStatus.Suspended;
        emit AccountSuspended(account, AccountStatus.Active, AccountStatus.Suspended);
    }

    /// @inheritdoc IAccountRegistry
    function reinstate(bytes32 account) external restricted {
        Account storage suspended = _storage().accounts[account];
        if (suspended.status != AccountStatus.Suspended) revert AccountNotSuspended(account, suspended.status);
        suspended.status = AccountStatus.Active;
        emit AccountReinstated(account, AccountStatus.Suspended, AccountStatus.Active);
    }

    /// @inheritdoc IAccountRegistry
    function revoke(bytes32 account) external restricted {
        Account storage known = _storage().accounts[account];
        AccountStatus previous = known.status;
        if (previous == AccountStatus.None || previous == AccountStatus.Revoked) {
            revert AccountNotRevocable(account, previous);
        }
        known.status = AccountStatus.Revoked;
        emit AccountRevoked(account, previous, AccountStatus.Revoked);
    }

    /// @inheritdoc IAccountRegistry
    function changeRoles(bytes32 account, uint8 roles) external restricted {
        _checkRoles(roles);
        Account storage known = _storage().accounts[account];
        if (known.status != AccountStatus.Active && known.status != AccountStatus.Suspended) {
            revert AccountNotInForce(account, known.status);
        }
        uint8 previous = known.roles;
        known.roles = roles;
        emit AccountRolesChanged(account, previous, roles);
    }

    /// @inheritdoc IAccountRegistry
    function accountOf(bytes32 account) external view returns (Account memory) {
        return _storage().accounts[account];
    }

    function _checkRoles(uint8 roles) private pure {
        if (roles & ~KNOWN_ROLES != 0) revert AccountRoles(roles, KNOWN_ROLES);
    }

    function _checkCredential(bytes32 account, bytes32 given, bytes32 expected) private pure {
        if (given != expected) revert AccountCredential(account, given, expected);
    }

    function _checkNew(bytes32 account, bytes32 previousHash, bytes32 credentialHash) private pure {
        if (credentialHash == 0 || credentialHash == previousHash) {
            revert AccountCredentialNotNew(account, credentialHash);
        }
    }

    function _storage() private pure returns (AccountStorage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE
        }
    }
}
