// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {SettlementHandler} from "./support/SettlementHandler.sol";

/// @notice What is true after any history. Each sentence stands in docs/invariants.md.
contract InvariantsTest {
    uint64 private constant START = 1_704_067_200;

    SettlementHandler private _handler;

    function setUp() public {
        _handler = new SettlementHandler();
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
        bytes4[] memory selectors = new bytes4[](8);
        selectors[0] = SettlementHandler.settle.selector;
        selectors[1] = SettlementHandler.correct.selector;
        selectors[2] = SettlementHandler.challenge.selector;
        selectors[3] = SettlementHandler.postBond.selector;
        selectors[4] = SettlementHandler.leave.selector;
        selectors[5] = SettlementHandler.withdraw.selector;
        selectors[6] = SettlementHandler.claim.selector;
        selectors[7] = SettlementHandler.wait.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_handler), selectors);
    }

    function invariant_sharedIsTheLesserSideAndHoursFollowEachOther() public view {
        assert(_handler.wronglyAccepted() == 0);
        assert(_handler.nextPeriod() == START + _handler.hoursSettled() * 3600);
    }

    function invariant_onlyTheCurrentRevisionVerifies() public view {
        assert(_handler.onlyCurrentVerifies());
    }

    function invariant_aChallengeFellsLiesAndNothingElse() public view {
        assert(_handler.wronglyJudged() == 0);
    }

    function invariant_bondsCoverEveryBatchThatCanFall() public view {
        assert(_handler.bondsCoverOpenBatches());
    }

    function invariant_theBalanceIsBondsAndRewards() public view {
        assert(address(_handler.committee()).balance == _handler.owed());
    }
}
