// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IIssuerRegistry} from "../../contracts/identity/IIssuerRegistry.sol";
import {IdentityWorld} from "./support/IdentityWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice Who is trusted for what, since when and until when.
contract IssuerRegistryTest is IdentityWorld {
    bytes32 private constant ISSUER = keccak256("did:ethr:0x7a69:0x0000000000000000000000000000000000000002");
    bytes32 private constant TYPE = keccak256("IdentityCredential");

    function test_accreditsForOneTypeAndWithdraws() public {
        assert(!issuers.isAccredited(ISSUER, TYPE));
        vm.expectEmit();
        emit IIssuerRegistry.IssuerAccredited(ISSUER, TYPE, 0, NOW, type(uint64).max);
        _accredit();
        assert(issuers.isAccredited(ISSUER, TYPE) && !issuers.isAccredited(ISSUER, keccak256("AccountCredential")));

        vm.warp(NOW + 100);
        vm.expectEmit();
        emit IIssuerRegistry.AccreditationWithdrawn(ISSUER, TYPE, NOW, type(uint64).max, NOW + 100);
        _withdraw();
        assert(!issuers.isAccredited(ISSUER, TYPE));
        (uint64 from, uint64 until) = issuers.accreditation(ISSUER, TYPE);
        assert(from == NOW && until == NOW + 100);
    }

    function test_beginsAnewAfterAWithdrawal() public {
        _accredit();
        _withdraw();
        vm.warp(NOW + 50);
        vm.expectEmit();
        emit IIssuerRegistry.IssuerAccredited(ISSUER, TYPE, NOW, NOW + 50, type(uint64).max);
        _accredit();
        (uint64 from, uint64 until) = issuers.accreditation(ISSUER, TYPE);
        assert(from == NOW + 50 && until == type(uint64).max);
    }

    function test_refusesToAccreditTwice() public {
        _accredit();
        vm.expectRevert(abi.encodeWithSelector(IIssuerRegistry.IssuerAlreadyAccredited.selector, ISSUER, TYPE, NOW));
        _accredit();
    }

    function test_refusesToWithdrawWhatIsNotThere() public {
        vm.expectRevert(abi.encodeWithSelector(IIssuerRegistry.IssuerNotAccredited.selector, ISSUER, TYPE, 0));
        _withdraw();
        _accredit();
        _withdraw();
        vm.expectRevert(abi.encodeWithSelector(IIssuerRegistry.IssuerNotAccredited.selector, ISSUER, TYPE, NOW));
        _withdraw();
    }

    function testFuzz_onlyAnOperatorDecides(address caller) public {
        vm.assume(caller != OPERATOR && caller != address(manager));
        _expectUnauthorised(caller);
        issuers.accredit(ISSUER, TYPE);
        _accredit();
        _expectUnauthorised(caller);
        issuers.withdraw(ISSUER, TYPE);
    }

    function _accredit() private {
        vm.prank(OPERATOR);
        issuers.accredit(ISSUER, TYPE);
    }

    function _withdraw() private {
        vm.prank(OPERATOR);
        issuers.withdraw(ISSUER, TYPE);
    }
}
