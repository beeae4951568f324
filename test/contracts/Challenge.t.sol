// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AllocationKey} from "../../contracts/communities/IEnergyCommunity.sol";
import {IOracleCommittee} from "../../contracts/communities/IOracleCommittee.sol";
import {Balance, Batch, ISettlement, PeriodTotals, Report} from "../../contracts/communities/ISettlement.sol";
import {World} from "./support/World.sol";
import {vm} from "./support/Vm.sol";

/// @notice What can be shown to be wrong, what happens then, and what proves nothing.
contract ChallengeTest is World {
    bytes32[] private none;

    receive() external payable {}

    function test_aFallenBatchTakesTheBondsAndCanBeCorrectedAtAnyTime() public {
        Balance[] memory balances = _seven();
        balances[4].bought = 1;
        PeriodTotals word = _word(7, 10, 7, 7);
        (Batch memory batch, PeriodTotals[] memory totals) = _settleBalances(balances, word, word);
        settlement.challenge(batch, totals, 0, word, balances, none);

        assert(settlement.rewardOf(address(this)) == 2 * BOND && address(settlement).balance == 3 * BOND);
        assert(settlement.bondOf(vm.addr(nodeKeys[0])) == 0 && settlement.bondOf(vm.addr(nodeKeys[2])) == BOND);
        settlement.claimReward();
        assert(address(settlement).balance == BOND);

        Batch memory fallen = batch;
        (fallen.root, fallen.signers, fallen.totalsHash) = (0, 0, 0);
        assert(settlement.batchHash(address(community), START) == keccak256(abi.encode(fallen)));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SettlementRootZero.selector));
        settlement.challenge(fallen, totals, 0, word, balances, none);

        vm.warp(vm.getBlockTimestamp() + 10 * WINDOW);
        _bond(0, BOND);
        (Report memory report, ) = _next(1);
        (report.start, report.revision) = (START, 1);
        totals[0] = word;
        _bond(1, BOND);
        settlement.correct(fallen, _sign(report, totals, 0, 2), report, totals);
        Batch memory again = _batchOf(report, totals, uint64(vm.getBlockTimestamp()), _seatsOf(0, 2));
        assert(settlement.batchHash(address(community), START) == keccak256(abi.encode(again)));
    }

    function test_aSlashedNodeSignsNoMoreUntilItPostsAgain() public {
        Balance[] memory balances = _seven();
        PeriodTotals word = _word(7, 10, 7, 6);
        (Batch memory batch, PeriodTotals[] memory totals) = _settleBalances(balances, word, word);
        settlement.challenge(batch, totals, 0, word, balances, none);
        (Report memory report, PeriodTotals[] memory next) = _next(1);
        bytes memory signatures = _sign(report, next, 0, 2);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.CommitteeBondTooSmall.selector, 0, BOND));
        settlement.settle(signatures, report, next);
    }

    function test_provesEveryFault() public {
        PeriodTotals word = _word(7, 10, 7, 7);
        Balance[] memory balances = _seven();
        (balances[0].member, balances[6].member) = (balances[6].member, balances[0].member);
        _falls(balances, word, word, ISettlement.Fault.MemberOrder);

        balances = _seven();
        balances[1].member = balances[0].member;
        _falls(balances, word, word, ISettlement.Fault.MemberOrder);

        _falls(_seven(), _word(7, 10, 7, 8), _word(7, 10, 7, 8), ISettlement.Fault.MemberCount);
        _falls(_seven(), _word(8, 10, 8, 7), _word(8, 10, 8, 7), ISettlement.Fault.Surplus);
        _falls(_seven(), _word(7, 11, 7, 7), _word(7, 11, 7, 7), ISettlement.Fault.Demand);

        balances = _seven();
        balances[6].bought = 1;
        _falls(balances, word, word, ISettlement.Fault.Bought);
        balances = _seven();
        balances[0].sold = 2;
        _falls(balances, word, word, ISettlement.Fault.Sold);

        balances = _seven();
        (balances[2].bought, balances[3].bought) = (2, 1);
        _falls(balances, word, word, ISettlement.Fault.OverBought);
        balances = _seven();
        (balances[0].sold, balances[1].sold) = (2, 2);
        _falls(balances, word, word, ISettlement.Fault.OverSold);

        balances = _seven();
        (balances[4].bought, balances[5].bought) = (3, 1);
        _falls(balances, word, word, ISettlement.Fault.EvenSplit);
        _falls(_seven(), word, _word(7, 11, 7, 7), ISettlement.Fault.Totals);
    }

    function test_aSoundPeriodStands() public {
        PeriodTotals word = _word(7, 10, 7, 7);
        (Batch memory batch, PeriodTotals[] memory totals) = _settleBalances(_seven(), word, word);
        _unfounded(
            batch,
            totals,
            word,
            _seven(),
            abi.encodeWithSelector(ISettlement.SettlementChallengeUnfounded.selector)
        );
    }

    /// @dev Sorted pairs hide the order of siblings: whoever shows them swapped proves nothing.
    function test_swappedSiblingsProveNothing() public {
        PeriodTotals word = _word(7, 10, 7, 7);
        (Batch memory batch, PeriodTotals[] memory totals) = _settleBalances(_seven(), word, word);
        bytes memory reason = abi.encodeWithSelector(ISettlement.SettlementChallengeUnfounded.selector);
        Balance[] memory balances = _seven();
        (balances[0], balances[1]) = (balances[1], balances[0]);
        _unfounded(batch, totals, word, balances, reason);
        balances = _seven();
        (balances[0], balances[1], balances[2], balances[3]) = (balances[3], balances[2], balances[1], balances[0]);
        _unfounded(batch, totals, word, balances, reason);
    }

    function test_anotherSplitIsNoFaultWhereRulesAreNotPlainEven() public {
        community = _found(START, AllocationKey.ProRata, true, true);
        _join(community, bytes32(uint256(1)), MEMBER_KEY, START);
        community.start();
        Balance[] memory balances = _seven();
        (balances[4].bought, balances[5].bought) = (3, 1);
        PeriodTotals word = _word(7, 10, 7, 7);
        (Batch memory batch, PeriodTotals[] memory totals) = _settleBalances(balances, word, word);
        _unfounded(
            batch,
            totals,
            word,
            balances,
            abi.encodeWithSelector(ISettlement.SettlementChallengeUnfounded.selector)
        );
    }

    function test_refusesTreesAndTotalsOfAnotherBatch() public {
        PeriodTotals word = _word(7, 10, 7, 7);
        (Batch memory batch, PeriodTotals[] memory totals) = _settleBalances(_seven(), word, word);
        Balance[] memory balances = _seven();
        balances[0].sold = 2;
        _unfounded(
            batch,
            totals,
            word,
            balances,
            abi.encodeWithSelector(ISettlement.SettlementNotMembersTree.selector, START)
        );
        balances = new Balance[](257);
        bytes memory reason = abi.encodeWithSelector(ISettlement.SettlementChallengeTooLarge.selector, 257, 256);
        _unfounded(batch, totals, word, balances, reason);

        vm.expectRevert(abi.encodeWithSelector(ISettlement.SettlementTotalsCount.selector, 1, 2));
        settlement.challenge(batch, totals, 1, word, _seven(), none);
        totals[0] = _word(7, 11, 7, 7);
        reason = abi.encodeWithSelector(
            ISettlement.SettlementBatchMismatch.selector,
            _totalsHash(totals),
            batch.totalsHash
        );
        _unfounded(batch, totals, word, _seven(), reason);
    }

    function test_closesAfterTwiceTheCorrectionWindow() public {
        PeriodTotals word = _word(7, 10, 7, 8);
        (Batch memory batch, PeriodTotals[] memory totals) = _settleBalances(_seven(), word, word);
        uint64 closes = batch.settledAt + 2 * WINDOW;
        vm.warp(closes + 1);
        bytes memory reason = abi.encodeWithSelector(ISettlement.SettlementWindowClosed.selector, closes, closes + 1);
        _unfounded(batch, totals, word, _seven(), reason);
        vm.warp(closes);
        settlement.challenge(batch, totals, 0, word, _seven(), none);
    }

    /// @dev The seed's example, Wh: A, B, H sell 3, 1, 3; C, D, E, F want 1, 3, 3, 3; the remainder is none.
    function _seven() private pure returns (Balance[] memory balances) {
        balances = new Balance[](7);
        balances[0] = _balance(1, 0, 3, 0, 3);
        balances[1] = _balance(2, 0, 1, 0, 1);
        balances[2] = _balance(3, 1, 0, 1, 0);
        balances[3] = _balance(4, 3, 0, 2, 0);
        balances[4] = _balance(5, 3, 0, 2, 0);
        balances[5] = _balance(6, 3, 0, 2, 0);
        balances[6] = _balance(7, 0, 3, 0, 3);
    }

    function _settleBalances(
        Balance[] memory balances,
        PeriodTotals inTree,
        PeriodTotals announced
    ) private returns (Batch memory batch, PeriodTotals[] memory totals) {
        Report memory report;
        (report, totals) = _next(1);
        totals[0] = announced;
        report.root = _rootOf(report, inTree, balances);
        batch = _settle(report, totals);
    }

    /// @dev In a community of its own, with fresh bonds.
    function _falls(
        Balance[] memory balances,
        PeriodTotals inTree,
        PeriodTotals announced,
        ISettlement.Fault fault
    ) private {
        setUp();
        (Batch memory batch, PeriodTotals[] memory totals) = _settleBalances(balances, inTree, announced);
        vm.expectEmit();
        emit ISettlement.BatchFallen(address(community), START, 0, START, address(this), fault);
        settlement.challenge(batch, totals, 0, inTree, balances, none);
    }

    function _unfounded(
        Batch memory batch,
        PeriodTotals[] memory totals,
        PeriodTotals word,
        Balance[] memory balances,
        bytes memory reason
    ) private {
        vm.expectRevert(reason);
        settlement.challenge(batch, totals, 0, word, balances, none);
    }
}
