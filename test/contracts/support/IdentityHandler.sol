// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccountRegistry} from "../../../contracts/accounts/AccountRegistry.sol";
import {Account, AccountKind, AccountStatus} from "../../../contracts/accounts/IAccountRegistry.sol";
import {IdentityWorld} from "./IdentityWorld.sol";
import {vm} from "./Vm.sol";

/// @notice Registrar, operator and a stranger try every step on four accounts, rightly and wrongly; two keys hand a DID to
/// each other and revoke, by transaction and by signature. What should be refused is tried, and counted if it was accepted;
/// the reverse too. Never reverts.
contract IdentityHandler is IdentityWorld {
    struct Attempt {
        bytes32 id;
        uint256 action;
        uint256 actor;
        bool wrong;
    }

    uint256 private constant ACCOUNTS = 4;
    uint256 private constant CREDENTIALS = 6;
    uint256[3] private _keys = [uint256(0x155), 0x156, 0x157];

    uint256 private _steps;
    uint256 private _owner;
    mapping(bytes32 account => bool) private _wasPending;
    mapping(uint256 credential => uint64) private _revokedAt;

    /// @notice Accepted steps that the caller's role, the account's state or the arguments forbid; and refused ones that
    /// nothing forbids.
    uint256 public wronglyAccepted;
    uint256 public wronglyRefused;
    /// @notice Changes of a state into one that does not follow it, and refused steps that changed something.
    uint256 public forbiddenChanges;
    /// @notice Versions that fell, jumped, or did not name the hash before.
    uint256 public brokenChains;
    /// @notice Accounts that a history made active, so that the run was worth something.
    uint256 public activations;

    /// @dev Several at a time: a life takes many steps.
    function step(uint256 seed) external {
        for (uint256 i = 0; i < 8; ++i) {
            _try(_attemptOf(_mixed(seed)));
        }
    }

    /// @param seed who (of three keys, one of which never owns the DID) revokes which credential, and how
    function revokeCredential(uint256 seed) external {
        seed = _mixed(seed);
        (address issuer, uint256 actor) = (vm.addr(_keys[0]), (seed >> 8) % 3);
        uint256 credential = seed % CREDENTIALS;
        bytes32[] memory ids = new bytes32[](1);
        ids[0] = bytes32(credential);
        bool accepted;
        if ((seed >> 16) % 2 == 0) {
            vm.prank(vm.addr(_keys[actor]));
            try revocations.revoke(issuer, ids) {
                accepted = true;
            } catch {}
        } else {
            uint256 deadline = vm.getBlockTimestamp();
            bytes32 digest = _revokeDigest(issuer, ids, revocations.nonces(issuer), deadline);
            try revocations.revokeSigned(issuer, ids, deadline, _signAs(_keys[actor], digest)) {
                accepted = true;
            } catch {}
        }
        if (accepted && actor != _owner) ++wronglyAccepted;
        if (!accepted && actor == _owner) ++wronglyRefused;
        if (accepted && _revokedAt[credential] == 0) _revokedAt[credential] = uint64(vm.getBlockTimestamp());
    }

    function handOver() external {
        vm.prank(vm.addr(_keys[_owner]));
        dids.changeOwner(vm.addr(_keys[0]), vm.addr(_keys[1 - _owner]));
        _owner = 1 - _owner;
    }

    function wait(uint32 time) external {
        vm.warp(vm.getBlockTimestamp() + (time % 1 hours));
    }

    /// @notice Whether each account that is more than pending was pending once.
    function everyAccountWasPending() external view returns (bool) {
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            bytes32 id = bytes32(uint256(0xACC0) + i);
            if (accounts.accountOf(id).status > AccountStatus.Pending && !_wasPending[id]) return false;
        }
        return true;
    }

    /// @notice Whether each credential is revoked since the time it was first revoked at, or not at all.
    function revocationsStand() external view returns (bool) {
        for (uint256 i = 0; i < CREDENTIALS; ++i) {
            if (revocations.revokedAt(vm.addr(_keys[0]), bytes32(i)) != _revokedAt[i]) return false;
        }
        return true;
    }

    function _try(Attempt memory attempt) private {
        Account memory before = accounts.accountOf(attempt.id);
        bool allowed = attempt.actor == _roleFor(attempt.action) && !attempt.wrong && _follows(attempt.action, before);
        (bytes memory data, bytes32 previousHash) = _callOf(attempt, before);

        vm.prank([REGISTRAR, OPERATOR, STRANGER][attempt.actor]);
        (bool accepted, ) = address(accounts).call(data);
        if (accepted && !allowed) ++wronglyAccepted;
        if (!accepted && allowed) ++wronglyRefused;
        if (!accepted) previousHash = 0;
        _compare(attempt.id, previousHash, before);
        if (!accepted && keccak256(abi.encode(before)) != keccak256(abi.encode(accounts.accountOf(attempt.id)))) {
            ++forbiddenChanges;
        }
    }

    function _mixed(uint256 seed) private returns (uint256) {
        return uint256(keccak256(abi.encode(seed, ++_steps)));
    }

    /// @dev Mostly by who may, and mostly rightly: lives must go on.
    function _attemptOf(uint256 seed) private pure returns (Attempt memory attempt) {
        attempt.id = bytes32(uint256(0xACC0) + (seed % ACCOUNTS));
        attempt.action = (seed >> 8) % 7;
        // The dead teach little.
        if (attempt.action == 5 && (seed >> 40) % 8 != 0) attempt.action = 2;
        attempt.actor = (seed >> 16) % 4 == 0 ? (seed >> 24) % 3 : _roleFor(attempt.action);
        attempt.wrong = (seed >> 32) % 4 == 0 && (attempt.action < 3 || attempt.action == 6);
    }

    /// @dev 0 registrar, 1 operator.
    function _roleFor(uint256 action) private pure returns (uint256) {
        return action < 3 ? 0 : 1;
    }

    /// @dev A call of an attempt, and the hash that it names as the one before (a renewal).
    function _callOf(Attempt memory attempt, Account memory before) private view returns (bytes memory, bytes32) {
        (bytes32 id, uint256 action, bool wrong) = (attempt.id, attempt.action, attempt.wrong);
        bytes32 fresh = keccak256(abi.encode("credential", _steps));
        if (action == 0) {
            uint64 until = uint64(vm.getBlockTimestamp()) + (wrong ? 0 : 30 minutes);
            AccountKind kind = AccountKind(_steps % 3);
            return (abi.encodeCall(AccountRegistry.open, (id, kind, uint8(_steps % 16), fresh, until)), 0);
        }
        if (action == 1) {
            bytes32 hash = wrong ? fresh : before.credentialHash;
            return (abi.encodeCall(AccountRegistry.activate, (id, before.version, hash)), 0);
        }
        if (action == 2) {
            uint32 version = before.version + (wrong && _steps % 2 == 0 ? 2 : 1);
            // Not `fresh` itself: that would be refused for being no new credential.
            bytes32 previousHash = wrong && _steps % 2 == 1 ? ~fresh : before.credentialHash;
            return (abi.encodeCall(AccountRegistry.renew, (id, version, previousHash, fresh)), previousHash);
        }
        if (action == 3) return (abi.encodeCall(AccountRegistry.suspend, (id)), 0);
        if (action == 4) return (abi.encodeCall(AccountRegistry.reinstate, (id)), 0);
        if (action == 5) return (abi.encodeCall(AccountRegistry.revoke, (id)), 0);
        return (abi.encodeCall(AccountRegistry.changeRoles, (id, wrong ? 16 : 5)), 0);
    }

    /// @dev Whether `action` may follow the state before, said a second time and otherwise than in the contract.
    function _follows(uint256 action, Account memory before) private view returns (bool) {
        AccountStatus status = before.status;
        bool expired = vm.getBlockTimestamp() > before.pendingUntil;
        if (action == 0) return status == AccountStatus.None || (status == AccountStatus.Pending && expired);
        if (action == 1) return status == AccountStatus.Pending && !expired;
        if (action == 2 || action == 3) return status == AccountStatus.Active;
        if (action == 4) return status == AccountStatus.Suspended;
        if (action == 5) return status != AccountStatus.None && status != AccountStatus.Revoked;
        return status == AccountStatus.Active || status == AccountStatus.Suspended;
    }

    /// @param previousHash that an accepted renewal named, else 0
    function _compare(bytes32 id, bytes32 previousHash, Account memory before) private {
        Account memory current = accounts.accountOf(id);
        if (before.status != current.status && !_mayBecome(before.status, current.status)) ++forbiddenChanges;
        if (current.status == AccountStatus.Pending) _wasPending[id] = true;
        if (before.status == AccountStatus.Pending && current.status == AccountStatus.Active) ++activations;

        if (current.version < before.version || current.version > before.version + 1) ++brokenChains;
        bool renewed = before.version > 0 && current.version == before.version + 1;
        if (renewed && (previousHash != before.credentialHash || current.credentialHash == previousHash)) {
            ++brokenChains;
        }
        bool reopened = before.status == AccountStatus.Pending && current.status == AccountStatus.Pending;
        bool changed = before.version > 0 && current.credentialHash != before.credentialHash;
        if (changed && !renewed && !reopened) ++brokenChains;
    }

    function _mayBecome(AccountStatus from, AccountStatus to) private pure returns (bool) {
        if (from == AccountStatus.None) return to == AccountStatus.Pending;
        if (from == AccountStatus.Pending) return to == AccountStatus.Active || to == AccountStatus.Revoked;
        if (from == AccountStatus.Active) return to == AccountStatus.Suspended || to == AccountStatus.Revoked;
        if (from == AccountStatus.Suspended) return to == AccountStatus.Active || to == AccountStatus.Revoked;
        return false;
    }
}
