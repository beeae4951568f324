// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Account, AccountKind, AccountStatus, IAccountRegistry} from "../../contracts/accounts/IAccountRegistry.sol";
import {IdentityWorld} from "./support/IdentityWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice An account's life, and every reason for which a step is refused.
contract AccountRegistryTest is IdentityWorld {
    bytes32 private constant THIRD = keccak256("third credential");
    uint64 private constant UNTIL = NOW + 1 days;

    function test_opensAndActivates() public {
        assert(accounts.accountOf(ACCOUNT).status == AccountStatus.None);
        vm.expectEmit();
        emit IAccountRegistry.AccountOpened(ACCOUNT, AccountKind.Company, 3, 1, 0, FIRST, UNTIL);
        _open();
        _is(AccountStatus.Pending, 1, FIRST);
        assert(accounts.accountOf(ACCOUNT).pendingUntil == UNTIL);

        vm.warp(UNTIL);
        vm.expectEmit();
        emit IAccountRegistry.AccountActivated(ACCOUNT, 1, FIRST);
        _activate(1, FIRST);
        _is(AccountStatus.Active, 1, FIRST);
        assert(accounts.accountOf(ACCOUNT).kind == AccountKind.Company && accounts.accountOf(ACCOUNT).roles == 3);
    }

    function test_anExpiredPendingAccountIsOpenedAnew() public {
        _open();
        vm.warp(UNTIL);
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.AccountStillPending.selector, ACCOUNT, UNTIL, UNTIL));
        _openWith(AccountKind.Citizen, 1, SECOND, UNTIL + 1);
        vm.warp(UNTIL + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IAccountRegistry.AccountPendingExpired.selector, ACCOUNT, UNTIL, UNTIL + 1)
        );
        _activate(1, FIRST);

        vm.expectEmit();
        emit IAccountRegistry.AccountOpened(ACCOUNT, AccountKind.Citizen, 1, 1, FIRST, SECOND, UNTIL + 2);
        _openWith(AccountKind.Citizen, 1, SECOND, UNTIL + 2);
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.AccountCredential.selector, ACCOUNT, FIRST, SECOND));
        _activate(1, FIRST);
        _activate(1, SECOND);
        _is(AccountStatus.Active, 1, SECOND);
    }

    function test_renewsStepByStep() public {
        _openActive();
        vm.expectEmit();
        emit IAccountRegistry.AccountRenewed(ACCOUNT, 2, FIRST, SECOND);
        _renew(2, FIRST, SECOND);
        _is(AccountStatus.Active, 2, SECOND);
        _renew(3, SECOND, THIRD);
        _is(AccountStatus.Active, 3, THIRD);
    }

    function test_suspendsReinstatesAndRevokes() public {
        _openActive();
        vm.expectEmit();
        emit IAccountRegistry.AccountSuspended(ACCOUNT, AccountStatus.Active, AccountStatus.Suspended);
        _suspend();
        _is(AccountStatus.Suspended, 1, FIRST);
        vm.expectEmit();
        emit IAccountRegistry.AccountReinstated(ACCOUNT, AccountStatus.Suspended, AccountStatus.Active);
        _reinstate();
        _is(AccountStatus.Active, 1, FIRST);
        vm.expectEmit();
        emit IAccountRegistry.AccountRevoked(ACCOUNT, AccountStatus.Active, AccountStatus.Revoked);
        _revoke();
        _is(AccountStatus.Revoked, 1, FIRST);
    }

    function test_changesRolesOfAnActiveOrSuspendedAccount() public {
        _openActive();
        vm.expectEmit();
        emit IAccountRegistry.AccountRolesChanged(ACCOUNT, 3, 12);
        _changeRoles(12);
        _suspend();
        _changeRoles(0);
        assert(accounts.accountOf(ACCOUNT).roles == 0);
    }

    function test_revokesAPendingOrSuspendedAccountToo() public {
        _open();
        _revoke();
        _is(AccountStatus.Revoked, 1, FIRST);
        vm.expectRevert(
            abi.encodeWithSelector(IAccountRegistry.AccountNotPending.selector, ACCOUNT, AccountStatus.Revoked)
        );
        _activate(1, FIRST);
        vm.warp(UNTIL + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IAccountRegistry.AccountExists.selector, ACCOUNT, AccountStatus.Revoked)
        );
        _openWith(AccountKind.Company, 3, SECOND, UNTIL + 2);
    }

    function test_refusesToOpenWhatExists() public {
        _openActive();
        vm.warp(UNTIL + 1);
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.AccountExists.selector, ACCOUNT, AccountStatus.Active));
        _openWith(AccountKind.Company, 3, SECOND, UNTIL + 2);
    }

    function test_refusesToOpenInThePastWithoutCredentialOrWithUnknownRoles() public {
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.AccountPendingInThePast.selector, NOW, NOW));
        _openWith(AccountKind.Company, 3, FIRST, NOW);
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.AccountCredentialNotNew.selector, ACCOUNT, bytes32(0)));
        _openWith(AccountKind.Company, 3, 0, UNTIL);
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.AccountRoles.selector, 16, 15));
        _openWith(AccountKind.Company, 16, FIRST, UNTIL);
    }

    function test_refusesToActivateAnythingButWhatIsPending() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAccountRegistry.AccountNotPending.selector, ACCOUNT, AccountStatus.None)
        );
        _activate(1, FIRST);
        _open();
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.AccountVersion.selector, ACCOUNT, 2, 1));
        _activate(2, FIRST);
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.AccountCredential.selector, ACCOUNT, SECOND, FIRST));
        _activate(1, SECOND);
        _activate(1, FIRST);
        vm.expectRevert(
            abi.encodeWithSelector(IAccountRegistry.AccountNotPending.selector, ACCOUNT, AccountStatus.Active)
        );
        _activate(1, FIRST);
    }

    function test_refusesARenewalThatLeavesAVersionOutOrIsOnAnOlderOne() public {
        _openActive();
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.AccountVersion.selector, ACCOUNT, 3, 2));
        _renew(3, FIRST, SECOND);
        _renew(2, FIRST, SECOND);
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.AccountVersion.selector, ACCOUNT, 2, 3));
        _renew(2, FIRST, THIRD);
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.AccountCredential.selector, ACCOUNT, FIRST, SECOND));
        _renew(3, FIRST, THIRD);
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.AccountCredentialNotNew.selector, ACCOUNT, SECOND));
        _renew(3, SECOND, SECOND);
    }

    function test_refusesToRenewOrSuspendWhatIsNotActive() public {
        bytes memory none = abi.encodeWithSelector(
            IAccountRegistry.AccountNotActive.selector,
            ACCOUNT,
            AccountStatus.None
        );
        vm.expectRevert(none);
        _renew(1, 0, FIRST);
        vm.expectRevert(none);
        _suspend();
        _openActive();
        _suspend();
        bytes memory suspended = abi.encodeWithSelector(
            IAccountRegistry.AccountNotActive.selector,
            ACCOUNT,
            AccountStatus.Suspended
        );
        vm.expectRevert(suspended);
        _renew(2, FIRST, SECOND);
        vm.expectRevert(suspended);
        _suspend();
    }

    function test_refusesToReinstateWhatIsNotSuspended() public {
        _openActive();
        vm.expectRevert(
            abi.encodeWithSelector(IAccountRegistry.AccountNotSuspended.selector, ACCOUNT, AccountStatus.Active)
        );
        _reinstate();
        _revoke();
        vm.expectRevert(
            abi.encodeWithSelector(IAccountRegistry.AccountNotSuspended.selector, ACCOUNT, AccountStatus.Revoked)
        );
        _reinstate();
    }

    function test_refusesToRevokeNobodyOrTwice() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAccountRegistry.AccountNotRevocable.selector, ACCOUNT, AccountStatus.None)
        );
        _revoke();
        _openActive();
        _revoke();
        vm.expectRevert(
            abi.encodeWithSelector(IAccountRegistry.AccountNotRevocable.selector, ACCOUNT, AccountStatus.Revoked)
        );
        _revoke();
    }

    function test_refusesRolesOfAnAccountNotInForceAndUnknownRoles() public {
        _open();
        vm.expectRevert(
            abi.encodeWithSelector(IAccountRegistry.AccountNotInForce.selector, ACCOUNT, AccountStatus.Pending)
        );
        _changeRoles(1);
        vm.expectRevert(abi.encodeWithSelector(IAccountRegistry.AccountRoles.selector, 255, 15));
        _changeRoles(255);
    }

    function testFuzz_keepsWhatItWasOpenedWith(
        bytes32 account,
        uint8 kind,
        uint8 roles,
        bytes32 hash,
        uint64 until
    ) public {
        (kind, roles) = (kind % 3, roles % 16);
        vm.assume(hash != 0 && until > NOW);
        vm.prank(REGISTRAR);
        accounts.open(account, AccountKind(kind), roles, hash, until);
        Account memory opened = accounts.accountOf(account);
        assert(opened.status == AccountStatus.Pending && uint8(opened.kind) == kind && opened.roles == roles);
        assert(opened.version == 1 && opened.pendingUntil == until && opened.credentialHash == hash);
    }

    function testFuzz_onlyTheRegistrarOpensActivatesAndRenews(address caller) public {
        vm.assume(caller != REGISTRAR && caller != address(manager));
        _expectUnauthorised(caller);
        accounts.open(ACCOUNT, AccountKind.Company, 3, FIRST, UNTIL);
        _open();
        _expectUnauthorised(caller);
        accounts.activate(ACCOUNT, 1, FIRST);
        _activate(1, FIRST);
        _expectUnauthorised(caller);
        accounts.renew(ACCOUNT, 2, FIRST, SECOND);
    }

    function testFuzz_onlyTheOperatorSuspendsReinstatesRevokesAndChangesRoles(address caller) public {
        vm.assume(caller != OPERATOR && caller != address(manager));
        _openActive();
        _expectUnauthorised(caller);
        accounts.suspend(ACCOUNT);
        _expectUnauthorised(caller);
        accounts.revoke(ACCOUNT);
        _expectUnauthorised(caller);
        accounts.changeRoles(ACCOUNT, 1);
        _suspend();
        _expectUnauthorised(caller);
        accounts.reinstate(ACCOUNT);
    }

    function _is(AccountStatus status, uint32 version, bytes32 hash) private view {
        Account memory account = accounts.accountOf(ACCOUNT);
        assert(account.status == status && account.version == version && account.credentialHash == hash);
    }

    function _openWith(AccountKind kind, uint8 roles, bytes32 hash, uint64 until) private {
        vm.prank(REGISTRAR);
        accounts.open(ACCOUNT, kind, roles, hash, until);
    }

    function _activate(uint32 version, bytes32 hash) private {
        vm.prank(REGISTRAR);
        accounts.activate(ACCOUNT, version, hash);
    }

    function _renew(uint32 version, bytes32 previousHash, bytes32 hash) private {
        vm.prank(REGISTRAR);
        accounts.renew(ACCOUNT, version, previousHash, hash);
    }

    function _suspend() private {
        vm.prank(OPERATOR);
        accounts.suspend(ACCOUNT);
    }

    function _reinstate() private {
        vm.prank(OPERATOR);
        accounts.reinstate(ACCOUNT);
    }

    function _revoke() private {
        vm.prank(OPERATOR);
        accounts.revoke(ACCOUNT);
    }

    function _changeRoles(uint8 roles) private {
        vm.prank(OPERATOR);
        accounts.changeRoles(ACCOUNT, roles);
    }
}
