// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

enum AccountStatus {
    None,
    Pending,
    Active,
    Suspended,
    Revoked
}

enum AccountKind {
    Company,
    Citizen,
    Machine
}

/// @notice An account of the marketplace as the chain knows it: who may act, in which roles, by which credential. Nothing
/// here names a person.
/// @param roles bitmap: 1 data provider, 2 service provider, 4 data user, 8 service user
/// @param version of its Account credential, counted from 1; 0 when there is no such account
/// @param pendingUntil last instant at which a pending account can be activated, epoch seconds
/// @param credentialHash keccak256 of the signing input of the Account credential in force (or pending)
struct Account {
    AccountStatus status;
    AccountKind kind;
    uint8 roles;
    uint32 version;
    uint64 pendingUntil;
    bytes32 credentialHash;
}

/// @notice Accounts and the version of each one's Account credential. An account's id is keccak256 of its holder's
/// canonical DID (UTF-8).
///
/// None → Pending → Active ⇄ Suspended, and from each but None to Revoked, which is for ever. A pending account that
/// expired may be opened anew.
interface IAccountRegistry {
    /// @param previousHash credential of the expired opening that this one replaces, 0 when there was none
    event AccountOpened(
        bytes32 indexed account,
        AccountKind indexed kind,
        uint8 roles,
        uint32 version,
        bytes32 previousHash,
        bytes32 credentialHash,
        uint64 pendingUntil
    );
    event AccountActivated(bytes32 indexed account, uint32 version, bytes32 credentialHash);
    /// @notice Version `version` superseded the one before.
    event AccountRenewed(
        bytes32 indexed account,
        uint32 version,
        bytes32 indexed previousHash,
        bytes32 indexed credentialHash
    );
    event AccountSuspended(bytes32 indexed account, AccountStatus previous, AccountStatus current);
    event AccountReinstated(bytes32 indexed account, AccountStatus previous, AccountStatus current);
    event AccountRevoked(bytes32 indexed account, AccountStatus previous, AccountStatus current);
    event AccountRolesChanged(bytes32 indexed account, uint8 previous, uint8 current);

    error AccountExists(bytes32 account, AccountStatus status);
    error AccountStillPending(bytes32 account, uint64 pendingUntil, uint256 time);
    error AccountNotPending(bytes32 account, AccountStatus status);
    error AccountNotActive(bytes32 account, AccountStatus status);
    error AccountNotSuspended(bytes32 account, AccountStatus status);
    /// @notice Neither active nor suspended.
    error AccountNotInForce(bytes32 account, AccountStatus status);
    /// @notice There is no such account, or it is revoked already.
    error AccountNotRevocable(bytes32 account, AccountStatus status);
    error AccountPendingInThePast(uint64 pendingUntil, uint256 time);
    error AccountPendingExpired(bytes32 account, uint64 pendingUntil, uint256 time);
    error AccountVersion(bytes32 account, uint32 given, uint32 expected);
    error AccountCredential(bytes32 account, bytes32 given, bytes32 expected);
    /// @notice A new version needs a hash, and another one than before.
    error AccountCredentialNotNew(bytes32 account, bytes32 given);
    error AccountRoles(uint8 given, uint8 known);

    /// @notice Opens an account with version 1 of its credential, pending until its holder shows the receipt.
    /// @dev Registrar only. `pendingUntil` after the present.
    function open(bytes32 account, AccountKind kind, uint8 roles, bytes32 credentialHash, uint64 pendingUntil) external;

    /// @notice Activates a pending account, if `version` and `credentialHash` are those that are pending.
    /// @dev Registrar only, up to `pendingUntil`.
    function activate(bytes32 account, uint32 version, bytes32 credentialHash) external;

    /// @notice Supersedes the credential of an active account by its next version, in one step.
    /// @dev Registrar only.
    /// @param version of the new credential: exactly one higher than the one in force
    /// @param previousHash of the credential in force: a renewal made on an older one is refused
    function renew(bytes32 account, uint32 version, bytes32 previousHash, bytes32 credentialHash) external;

    /// @dev Operator only; an active account.
    function suspend(bytes32 account) external;

    /// @dev Operator only; a suspended account.
    function reinstate(bytes32 account) external;

    /// @notice Ends an account for ever.
    /// @dev Operator only; any account that is not revoked yet.
    function revoke(bytes32 account) external;

    /// @notice Sets the roles of an active or suspended account. Its credential may say more: these bound it.
    /// @dev Operator only.
    function changeRoles(bytes32 account, uint8 roles) external;

    /// @notice An account as it is; of status None when there is no such account.
    function accountOf(bytes32 account) external view returns (Account memory);
}
