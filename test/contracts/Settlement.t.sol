// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AllocationKey} from "../../contracts/communities/IEnergyCommunity.sol";
import {
    Balance,
    BalanceProof,
    Batch,
    ISettlement,
    PeriodTotals,
    Report
} from "../../contracts/communities/ISettlement.sol";
import {World} from "./support/World.sol";
import {vm} from "./support/Vm.sol";

/// @notice Batches in, and every reason for which one is refused.
contract SettlementTest is World {
    function test_settlesTheNextHoursAndStoresTheirHash() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(24);
        Batch memory batch = _settle(report, totals);
        assert(settlement.batchHash(address(community), START) == keccak256(abi.encode(batch)));
        assert(settlement.nextPeriod(address(community)) == START + 24 * HOUR);
        assert(settlement.nonce(address(community)) == 1);
    }

    function test_remembersMoreSignersThanTheQuorum() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        settlement.settle(_sign(report, totals, 0, 3), report, totals);
        Batch memory batch = _batchOf(report, totals, uint64(vm.getBlockTimestamp()), 7);
        assert(settlement.batchHash(address(community), START) == keccak256(abi.encode(batch)));
    }

    function test_refusesAnUnknownCommunity() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        report.community = address(0xDEAD);
        _refused(
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementCommunityUnknown.selector, address(0xDEAD))
        );
    }

    function test_refusesAGapAndAnOverlap() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        report.start = START + HOUR;
        _refused(
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementGapOrOverlap.selector, START + HOUR, START)
        );
        report.start = START - HOUR;
        _refused(
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementGapOrOverlap.selector, START - HOUR, START)
        );
    }

    function test_refusesThePeriodsAfterAStop() public {
        community.stop(START + HOUR);
        (Report memory report, PeriodTotals[] memory totals) = _next(2);
        _refused(
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementNotRunning.selector, address(community), START + HOUR)
        );
    }

    function test_refusesBatchesOfNoneOrTooManyPeriods() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(129);
        _refused(report, totals, abi.encodeWithSelector(ISettlement.SettlementBatchSize.selector, 129, 128));
        (report, totals) = _next(0);
        _refused(report, totals, abi.encodeWithSelector(ISettlement.SettlementBatchSize.selector, 0, 128));
    }

    function test_refusesAnotherNumberOfTotalsThanPeriods() public {
        (Report memory report, ) = _next(2);
        (, PeriodTotals[] memory totals) = _next(1);
        _refused(report, totals, abi.encodeWithSelector(ISettlement.SettlementTotalsCount.selector, 1, 2));
    }

    function test_refusesAPeriodThatIsNotOver() public {
        vm.warp(START + HOUR - 1);
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        _refused(
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementPeriodNotOver.selector, START + HOUR, START + HOUR - 1)
        );
    }

    function test_refusesRulesNotInForce() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        report.rules = 2;
        _refused(report, totals, abi.encodeWithSelector(ISettlement.SettlementRulesNotInForce.selector, 2, 1));
    }

    function test_refusesARuleChangeInsideAndTurnsToTheNewRules() public {
        uint64 change = START + 1002 * HOUR;
        community.commitRules(_rules(change, AllocationKey.ProRata, true, false));
        community.commitRules(_rules(change + HOUR, AllocationKey.Even, true, true));
        for (uint256 settled = 0; settled < 1000; settled += 100) {
            (Report memory hundred, PeriodTotals[] memory words) = _next(100);
            _settle(hundred, words);
        }
        vm.warp(change + 10 * HOUR);
        (Report memory report, PeriodTotals[] memory totals) = _next(3);
        _refused(report, totals, abi.encodeWithSelector(ISettlement.SettlementRulesChangeInside.selector, change));

        (report, totals) = _next(2);
        _settle(report, totals);
        (report, totals) = _next(1);
        _refused(report, totals, abi.encodeWithSelector(ISettlement.SettlementRulesNotInForce.selector, 1, 2));
        report.rules = 2;
        totals[0] = _word(7000, 10_000, 6999, 7); // one round may leave a part
        _settle(report, totals);
        (report, totals) = _next(1);
        report.rules = 3;
        _settle(report, totals);
    }

    function test_refusesSharedEnergyThatIsNotTheLesserSide() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(2);
        totals[1] = _word(7000, 10_000, 6999, 7);
        _refused(
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementShared.selector, START + HOUR, 6999, 7000)
        );
        totals[1] = _word(7000, 5000, 7000, 7);
        _refused(
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementShared.selector, START + HOUR, 7000, 5000)
        );
    }

    function test_refusesWordsWithoutMembersOrWithARest() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        totals[0] = _word(7000, 10_000, 7000, 0);
        _refused(
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementTotalsMalformed.selector, START, totals[0])
        );
        totals[0] = PeriodTotals.wrap(PeriodTotals.unwrap(_word(7000, 10_000, 7000, 7)) | 1);
        _refused(
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementTotalsMalformed.selector, START, totals[0])
        );
    }

    function test_refusesARevisionWhereTheFirstIsDue() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        report.revision = 1;
        _refused(report, totals, abi.encodeWithSelector(ISettlement.SettlementRevision.selector, 1, 0));
    }

    function test_refusesARootOfZero() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        report.root = 0;
        _refused(report, totals, abi.encodeWithSelector(ISettlement.SettlementRootZero.selector));
    }

    function test_refusesAnExpiredReport() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        report.deadline = START;
        _refused(
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementReportExpired.selector, START, vm.getBlockTimestamp())
        );
    }

    function test_refusesTheSameReportTwice() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        bytes memory signatures = _sign(report, totals, 0, 2);
        settlement.settle(signatures, report, totals);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SettlementGapOrOverlap.selector, START, START + HOUR));
        settlement.settle(signatures, report, totals);
    }

    function test_correctsInsideTheWindowAndTheOldRevisionVerifiesNoMore() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        Balance[] memory balances = new Balance[](1);
        balances[0] = _balance(1, 5, 0, 0, 0);
        totals[0] = _word(0, 5, 0, 1);
        report.root = _rootOf(report, totals[0], balances);
        Batch memory first = _settle(report, totals);
        BalanceProof memory proof = BalanceProof(START, totals[0], new bytes32[](0), new bytes32[](0));
        assert(settlement.verifyBalance(first, balances[0], proof));

        report.revision = 1;
        report.root = _rootOf(report, totals[0], balances);
        settlement.correct(first, _sign(report, totals, 1, 2), report, totals);
        Batch memory second = _batchOf(report, totals, first.settledAt, _seatsOf(1, 2));
        assert(!settlement.verifyBalance(first, balances[0], proof));
        assert(settlement.verifyBalance(second, balances[0], proof));
        balances[0].bought = 1;
        assert(!settlement.verifyBalance(second, balances[0], proof));
    }

    function test_refusesACorrectionOfAnythingButTheCurrentBatch() public {
        (Batch memory batch, Report memory report, PeriodTotals[] memory totals) = _settled();
        bytes32 stored = keccak256(abi.encode(batch));
        batch.root = keccak256("another");
        _refusedCorrection(
            batch,
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementBatchMismatch.selector, keccak256(abi.encode(batch)), stored)
        );
    }

    function test_refusesACorrectionOfOtherPeriodsRulesOrRevision() public {
        (Batch memory batch, Report memory report, PeriodTotals[] memory totals) = _settled();
        report.periods = 2;
        _refusedCorrection(
            batch,
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementBatchSize.selector, 2, 1)
        );
        (report.periods, report.rules) = (1, 2);
        _refusedCorrection(
            batch,
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementRulesNotInForce.selector, 2, 1)
        );
        (report.rules, report.revision) = (1, 2);
        _refusedCorrection(
            batch,
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementRevision.selector, 2, 1)
        );
    }

    function test_refusesACorrectionAfterTheWindow() public {
        (Batch memory batch, Report memory report, PeriodTotals[] memory totals) = _settled();
        uint64 closes = batch.settledAt + WINDOW;
        vm.warp(closes + 1);
        report.deadline = closes + 600;
        _refusedCorrection(
            batch,
            report,
            totals,
            abi.encodeWithSelector(ISettlement.SettlementWindowClosed.selector, closes, closes + 1)
        );
        vm.warp(closes);
        settlement.correct(batch, _sign(report, totals, 0, 2), report, totals);
    }

    function test_onlyTheFactoryRegistersAndOnlyCommunitiesChangeTheirHead() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.SettlementOnlyFactory.selector, address(this)));
        settlement.registerCommunity(address(this), 3600, START);
        bytes memory onlyCommunity = abi.encodeWithSelector(
            ISettlement.SettlementOnlyCommunity.selector,
            address(this)
        );
        vm.expectRevert(onlyCommunity);
        settlement.running(0, START);
        vm.expectRevert(onlyCommunity);
        settlement.rulesCommitted(1, START, true, true);
    }

    /// @dev Whatever the totals, a batch is settled exactly when T = min(surplus, demand).
    function testFuzz_settlesExactlyWhenTheLesserSideIsShared(
        uint72 surplus,
        uint72 demand,
        uint72 shared,
        uint8 how
    ) public {
        uint256 least = surplus < demand ? surplus : demand;
        uint256 traded = how < 128 ? least : shared;
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        totals[0] = _word(surplus, demand, traded, 1);
        if (traded != least) {
            _refused(
                report,
                totals,
                abi.encodeWithSelector(ISettlement.SettlementShared.selector, START, traded, least)
            );
        } else {
            _settle(report, totals);
        }
    }

    function _refused(Report memory report, PeriodTotals[] memory totals, bytes memory reason) private {
        bytes memory signatures = _sign(report, totals, 0, 2);
        vm.expectRevert(reason);
        settlement.settle(signatures, report, totals);
    }

    function _settled() private returns (Batch memory batch, Report memory report, PeriodTotals[] memory totals) {
        (report, totals) = _next(1);
        batch = _settle(report, totals);
        report.revision = 1;
    }

    function _refusedCorrection(
        Batch memory batch,
        Report memory report,
        PeriodTotals[] memory totals,
        bytes memory reason
    ) private {
        bytes memory signatures = _sign(report, totals, 0, 2);
        vm.expectRevert(reason);
        settlement.correct(batch, signatures, report, totals);
    }
}
