// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IdentityHandler} from "./support/IdentityHandler.sol";

/// @notice What is true of accounts and revocations after any history. Each sentence stands in docs/invariants.md.
contract IdentityInvariantsTest {
    IdentityHandler private _handler;

    function setUp() public {
        _handler = new IdentityHandler();
        _handler.setUp();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[] memory selectors = new bytes4[](4);
        selectors[0] = IdentityHandler.step.selector;
        selectors[1] = IdentityHandler.revokeCredential.selector;
        selectors[2] = IdentityHandler.handOver.selector;
        selectors[3] = IdentityHandler.wait.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_handler), selectors);
    }

    function invariant_exactlyWhoMayDoesWhatMayFollow() public view {
        assert(_handler.wronglyAccepted() == 0 && _handler.wronglyRefused() == 0);
    }

    function invariant_statesFollowEachOtherAndARefusalChangesNothing() public view {
        assert(_handler.forbiddenChanges() == 0);
    }

    function invariant_versionsOnlyGrowAndNameTheHashBefore() public view {
        assert(_handler.brokenChains() == 0);
    }

    function invariant_everyAccountWasPendingFirst() public view {
        assert(_handler.everyAccountWasPending());
    }

    function invariant_revokedStaysRevoked() public view {
        assert(_handler.revocationsStand());
    }

    /// @dev A run that never activates an account says nothing.
    function test_theHandlerReachesActiveAccounts() public {
        for (uint256 i = 0; i < 25; ++i) {
            _handler.step(i);
        }
        assert(_handler.activations() > 0);
    }
}
