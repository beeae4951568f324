// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IOracleCommittee} from "../../../contracts/communities/IOracleCommittee.sol";
import {Balance, BalanceProof, Batch, PeriodTotals, Report} from "../../../contracts/communities/ISettlement.sol";
import {Settlement} from "../../../contracts/communities/Settlement.sol";
import {BalanceTree} from "../../../contracts/communities/libraries/BalanceTree.sol";
import {World} from "./World.sol";
import {vm} from "./Vm.sol";

/// @notice Honest and lying nodes, challengers, time and leaving, in any order; remembers what the chain forgets.
/// Inputs are bounded so that no call reverts; what the contract should refuse is tried, and counted if it was accepted.
contract SettlementHandler is World {
    struct Revision {
        Batch batch;
        Balance seller;
        Balance buyer;
        PeriodTotals totals;
        uint64 at;
        bool lie;
    }

    Revision[] private _revisions;
    /// @dev Place of the standing revision of each hour in `_revisions`, plus one; 0 when it fell.
    uint256[] private _current;
    uint64[3] private _slashedAt;

    /// @notice Accepted batches with T other than min(surplus, demand), or before or behind the next period.
    uint256 public wronglyAccepted;
    /// @notice Challenges that fell an honest batch or spared a lying one in time.
    uint256 public wronglyJudged;

    receive() external payable {}

    /// @param how which nodes sign (mod 3), and whether they report another T, another hour, or a leaf that does not fit
    function settle(uint32 surplus, uint32 demand, uint8 how) external {
        how = _mixed(how);
        uint256 first = how % 3;
        if (!_stand(first)) return;
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        uint256 shared = surplus < demand ? surplus : demand;
        bool refusable = how >= 192;
        if (how >= 224) report.start = how % 2 == 0 ? report.start + HOUR : report.start - HOUR;
        else if (how >= 192) ++shared;
        totals[0] = _word(surplus, demand, shared, 2);
        Revision memory revision = _revisionOf(report, totals[0], how >= 128 && how < 192);
        report.root = _root(revision);
        bytes memory signatures = _signBy(first, report, totals);
        try settlement.settle(signatures, report, totals) {
            if (refusable) ++wronglyAccepted;
            _keep(revision, _batchOf(report, totals, uint64(vm.getBlockTimestamp()), _seatsBy(first)));
            _current.push(_revisions.length);
        } catch {
            if (!refusable) ++wronglyAccepted;
        }
    }

    function correct(uint256 pick, uint32 surplus, uint32 demand, uint8 how) external {
        how = _mixed(how);
        if (_current.length == 0 || !_stand(how % 3)) return;
        uint256 hour = pick % _current.length;
        if (_current[hour] == 0) return;
        Batch memory previous = _revisions[_current[hour] - 1].batch;
        if (vm.getBlockTimestamp() > previous.settledAt + WINDOW) return;

        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        (report.start, report.revision) = (previous.start, previous.revision + 1);
        totals[0] = _word(surplus, demand, surplus < demand ? surplus : demand, 2);
        Revision memory revision = _revisionOf(report, totals[0], how >= 128);
        report.root = _root(revision);
        settlement.correct(previous, _signBy(how % 3, report, totals), report, totals);
        _keep(revision, _batchOf(report, totals, previous.settledAt, _seatsBy(how % 3)));
        _current[hour] = _revisions.length;
    }

    function challenge(uint256 pick) external {
        if (_current.length == 0) return;
        uint256 hour = pick % _current.length;
        if (_current[hour] == 0) return;
        Revision memory revision = _revisions[_current[hour] - 1];
        PeriodTotals[] memory totals = new PeriodTotals[](1);
        totals[0] = revision.totals;
        bool open = vm.getBlockTimestamp() <= revision.batch.settledAt + 2 * WINDOW;
        try settlement.challenge(revision.batch, totals, 0, revision.totals, _balances(revision), new bytes32[](0)) {
            if (!open || !revision.lie) ++wronglyJudged;
            _current[hour] = 0;
            for (uint256 i = 0; i < 3; ++i) {
                if ((revision.batch.signers >> i) & 1 == 1) _slashedAt[i] = uint64(vm.getBlockTimestamp());
            }
        } catch {
            if (open && revision.lie) ++wronglyJudged;
        }
    }

    function postBond(uint256 node, uint64 more) external {
        node %= 3;
        if (settlement.statusOf(vm.addr(nodeKeys[node])) == IOracleCommittee.NodeStatus.Seated)
            _bond(node, BOND + more);
    }

    /// @dev Only one of the three ever leaves, so that there is a quorum.
    function leave(uint8 how) external {
        address node = vm.addr(nodeKeys[2]);
        if (how % 4 != 0 || settlement.statusOf(node) != IOracleCommittee.NodeStatus.Seated) return;
        vm.prank(node);
        settlement.leaveCommittee();
    }

    function withdraw() external {
        address node = vm.addr(nodeKeys[2]);
        if (settlement.statusOf(node) != IOracleCommittee.NodeStatus.Leaving) return;
        vm.prank(node);
        try settlement.withdrawBond() {} catch {}
    }

    function claim() external {
        if (settlement.rewardOf(address(this)) > 0) settlement.claimReward();
    }

    function wait(uint32 time) external {
        vm.warp(vm.getBlockTimestamp() + (time % WINDOW));
    }

    function committee() external view returns (Settlement) {
        return settlement;
    }

    function hoursSettled() external view returns (uint256) {
        return _current.length;
    }

    function nextPeriod() external view returns (uint64) {
        return settlement.nextPeriod(address(community));
    }

    /// @notice Whether exactly the standing revisions verify.
    function onlyCurrentVerifies() external view returns (bool) {
        for (uint256 i = 0; i < _revisions.length; ++i) {
            Revision memory revision = _revisions[i];
            bytes32[] memory path = new bytes32[](1);
            path[0] = this.leafOf(revision.batch, revision.seller);
            BalanceProof memory proof = BalanceProof(revision.batch.start, revision.totals, path, new bytes32[](0));
            bool stands = _current[(revision.batch.start - START) / HOUR] == i + 1;
            if (settlement.verifyBalance(revision.batch, revision.buyer, proof) != stands) return false;
        }
        return true;
    }

    /// @notice Whether each signer of a batch that can still fall has its bond there, or lost it since it signed.
    function bondsCoverOpenBatches() external view returns (bool) {
        for (uint256 hour = 0; hour < _current.length; ++hour) {
            if (_current[hour] == 0) continue;
            Revision storage revision = _revisions[_current[hour] - 1];
            if (vm.getBlockTimestamp() > revision.batch.settledAt + 2 * WINDOW) continue;
            for (uint256 i = 0; i < 3; ++i) {
                if ((revision.batch.signers >> i) & 1 == 0) continue;
                if (settlement.bondOf(vm.addr(nodeKeys[i])) < BOND && _slashedAt[i] < revision.at) return false;
            }
        }
        return true;
    }

    /// @notice Bonds of all nodes and the unclaimed reward.
    function owed() external view returns (uint256 sum) {
        sum = settlement.rewardOf(address(this));
        for (uint256 i = 0; i < 3; ++i) {
            sum += settlement.bondOf(vm.addr(nodeKeys[i]));
        }
    }

    function leafOf(Batch calldata batch, Balance calldata balance) external view returns (bytes32) {
        return BalanceTree.balanceLeaf(batch.community, batch.start, batch.revision, balance);
    }

    /// @dev Fuzzers like small numbers; here every kind of report must come up.
    function _mixed(uint8 how) private view returns (uint8) {
        return uint8(uint256(keccak256(abi.encode(how, _revisions.length, vm.getBlockTimestamp()))));
    }

    /// @dev Nodes `first` and the one behind it, of three.
    function _stand(uint256 first) private view returns (bool) {
        return _stands(first) && _stands((first + 1) % 3);
    }

    function _stands(uint256 node) private view returns (bool) {
        address account = vm.addr(nodeKeys[node]);
        return settlement.statusOf(account) == IOracleCommittee.NodeStatus.Seated && settlement.bondOf(account) >= BOND;
    }

    function _seatsBy(uint256 first) private pure returns (uint256) {
        return (1 << first) | (1 << ((first + 1) % 3));
    }

    function _signBy(
        uint256 first,
        Report memory report,
        PeriodTotals[] memory totals
    ) private view returns (bytes memory) {
        if (first < 2) return _sign(report, totals, first, 2);
        return bytes.concat(_sign(report, totals, 0, 1), _sign(report, totals, 2, 1));
    }

    /// @dev One seller and one buyer; a lie credits the buyer with one Wh more than was shared.
    function _revisionOf(
        Report memory report,
        PeriodTotals totals,
        bool lie
    ) private pure returns (Revision memory revision) {
        uint256 word = PeriodTotals.unwrap(totals);
        (uint64 surplus, uint64 demand, uint64 shared) = (uint64(word >> 184), uint64(word >> 112), uint64(word >> 40));
        revision.batch.start = report.start;
        revision.batch.community = report.community;
        revision.batch.revision = report.revision;
        revision.seller = _balance(1, 0, surplus, 0, shared);
        revision.buyer = _balance(2, demand, 0, lie ? shared + 1 : shared, 0);
        (revision.totals, revision.lie) = (totals, lie);
    }

    function _root(Revision memory revision) private view returns (bytes32) {
        Batch memory batch = revision.batch;
        bytes32 members = this.membersRoot(batch.community, batch.start, batch.revision, _balances(revision));
        return BalanceTree.periodLeaf(batch.start, revision.totals, members);
    }

    function _balances(Revision memory revision) private pure returns (Balance[] memory balances) {
        balances = new Balance[](2);
        (balances[0], balances[1]) = (revision.seller, revision.buyer);
    }

    function _keep(Revision memory revision, Batch memory batch) private {
        (revision.batch, revision.at) = (batch, uint64(vm.getBlockTimestamp()));
        _revisions.push(revision);
    }
}
