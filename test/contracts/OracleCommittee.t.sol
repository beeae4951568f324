// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IOracleCommittee} from "../../contracts/communities/IOracleCommittee.sol";
import {PeriodTotals, Report} from "../../contracts/communities/ISettlement.sol";
import {World} from "./support/World.sol";
import {vm} from "./support/Vm.sol";

/// @dev Posts a bond but takes no money back.
contract Miser {
    function post(IOracleCommittee committee) external payable {
        committee.postBond{value: msg.value}();
    }

    function leave(IOracleCommittee committee) external {
        committee.leaveCommittee();
    }

    function withdraw(IOracleCommittee committee) external {
        committee.withdrawBond();
    }
}

/// @notice Seats, bonds, quorum, and every reason for which one is refused.
contract OracleCommitteeTest is World {
    function test_countsOnlySeatedNodesWithTheirBond() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        bytes32 digest = _reportDigest(report, totals);
        address stranger = vm.addr(0xBAD);
        bytes memory reason = abi.encodeWithSelector(IOracleCommittee.CommitteeNodeNotSeated.selector, stranger);
        _refused(_compact(0xBAD, digest), report, totals, reason);

        settlement.seat(stranger);
        reason = abi.encodeWithSelector(IOracleCommittee.CommitteeBondTooSmall.selector, 0, BOND);
        _refused(_compact(0xBAD, digest), report, totals, reason);
    }

    function test_needsAQuorumOfAscendingSigners() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        (address first, address second) = (vm.addr(nodeKeys[0]), vm.addr(nodeKeys[1]));
        _refused(
            _sign(report, totals, 0, 1),
            report,
            totals,
            abi.encodeWithSelector(IOracleCommittee.CommitteeQuorumNotMet.selector, 1, 2)
        );
        _refused("", report, totals, abi.encodeWithSelector(IOracleCommittee.CommitteeQuorumNotMet.selector, 0, 2));
        bytes32 digest = _reportDigest(report, totals);
        bytes memory once = _compact(nodeKeys[0], digest);
        bytes memory swapped = bytes.concat(_compact(nodeKeys[1], digest), once);
        _refused(
            swapped,
            report,
            totals,
            abi.encodeWithSelector(IOracleCommittee.CommitteeSignersNotAscending.selector, second, first)
        );
        _refused(
            bytes.concat(once, once),
            report,
            totals,
            abi.encodeWithSelector(IOracleCommittee.CommitteeSignersNotAscending.selector, first, first)
        );
        _refused(
            new bytes(128),
            report,
            totals,
            abi.encodeWithSelector(IOracleCommittee.CommitteeSignersNotAscending.selector, address(0), address(0))
        );
        settlement.setQuorum(1);
        settlement.settle(once, report, totals);
    }

    function test_neverCountsATruncatedSignature() public {
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        bytes memory signatures = _sign(report, totals, 0, 2);
        assembly ("memory-safe") {
            mstore(signatures, 127)
        }
        (bool settled, ) = address(settlement).call(abi.encodeCall(settlement.settle, (signatures, report, totals)));
        assert(!settled);
    }

    function test_seatsOnceAndAtMost256() public {
        address seated = vm.addr(nodeKeys[0]);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.CommitteeNodeExists.selector, seated));
        settlement.seat(seated);
        for (uint160 i = 3; i < 256; ++i) {
            settlement.seat(address(0x10000 + i));
        }
        assert(settlement.nodes().length == 256);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.CommitteeSeatsExhausted.selector));
        settlement.seat(address(0x20000));
    }

    function test_keepsTheQuorumWithinTheSeats() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.CommitteeQuorumOutOfRange.selector, 4, 3));
        settlement.setQuorum(4);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.CommitteeQuorumOutOfRange.selector, 0, 3));
        settlement.setQuorum(0);
        settlement.setQuorum(3);
        assert(settlement.quorum() == 3);
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        _refused(
            _sign(report, totals, 0, 2),
            report,
            totals,
            abi.encodeWithSelector(IOracleCommittee.CommitteeQuorumNotMet.selector, 2, 3)
        );
    }

    function test_onlyGovernanceSeatsAndSetsTheQuorum() public {
        bytes memory reason = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(7));
        vm.expectRevert(reason);
        vm.prank(address(7));
        settlement.seat(address(7));
        vm.expectRevert(reason);
        vm.prank(address(7));
        settlement.unseat(address(7));
        vm.expectRevert(reason);
        vm.prank(address(7));
        settlement.setQuorum(1);
        vm.expectRevert(reason);
        vm.prank(address(7));
        settlement.setFactory(address(7));
    }

    function test_takesBondsOfSeatedNodesOnly() public {
        vm.deal(address(7), 2 ether);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.CommitteeNodeNotSeated.selector, address(7)));
        vm.prank(address(7));
        settlement.postBond{value: 1 ether}();
        settlement.seat(address(7));
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.CommitteeBondTooSmall.selector, 1, BOND));
        vm.prank(address(7));
        settlement.postBond{value: 1}();
        assert(settlement.minimumBond() == BOND);
    }

    function test_freesTheBondWhenNothingSignedCanBeChallenged() public {
        address node = vm.addr(nodeKeys[0]);
        bytes memory locked = abi.encodeWithSelector(
            IOracleCommittee.CommitteeBondLocked.selector,
            node,
            type(uint64).max
        );
        vm.expectRevert(locked);
        vm.prank(node);
        settlement.withdrawBond();
        vm.prank(node);
        settlement.leaveCommittee();
        uint64 freeAt = uint64(vm.getBlockTimestamp()) + settlement.challengeWindow();
        vm.warp(freeAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.CommitteeBondLocked.selector, node, freeAt));
        vm.prank(node);
        settlement.withdrawBond();
        vm.warp(freeAt);
        vm.prank(node);
        settlement.withdrawBond();
        assert(node.balance == BOND && settlement.bondOf(node) == 0);
        assert(settlement.statusOf(node) == IOracleCommittee.NodeStatus.Removed);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.CommitteeNodeNotSeated.selector, node));
        vm.prank(node);
        settlement.withdrawBond();
    }

    function test_countsNoNodeThatIsLeaving() public {
        address node = vm.addr(nodeKeys[0]);
        settlement.unseat(node);
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        bytes memory reason = abi.encodeWithSelector(IOracleCommittee.CommitteeNodeNotSeated.selector, node);
        _refused(_sign(report, totals, 0, 2), report, totals, reason);
        vm.expectRevert(reason);
        vm.prank(node);
        settlement.leaveCommittee();
    }

    function test_seatsANodeThatLeftUnderANewNumber() public {
        address node = vm.addr(nodeKeys[0]);
        settlement.unseat(node);
        vm.warp(vm.getBlockTimestamp() + settlement.challengeWindow());
        vm.prank(node);
        settlement.withdrawBond();
        settlement.seat(node);
        _bond(0, BOND);
        (Report memory report, PeriodTotals[] memory totals) = _next(1);
        settlement.settle(_sign(report, totals, 0, 2), report, totals);
        bytes32 stored = settlement.batchHash(address(community), START);
        assert(stored == keccak256(abi.encode(_batchOf(report, totals, uint64(vm.getBlockTimestamp()), 8 | 2))));
    }

    function test_saysWhenThereIsNothingToClaimOrNobodyToPay() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.CommitteeNothingToClaim.selector, address(this)));
        settlement.claimReward();
        Miser miser = new Miser();
        settlement.seat(address(miser));
        vm.deal(address(this), BOND);
        miser.post{value: BOND}(settlement);
        miser.leave(settlement);
        vm.warp(vm.getBlockTimestamp() + settlement.challengeWindow());
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.CommitteePaymentFailed.selector, address(miser), BOND));
        miser.withdraw(settlement);
    }

    function _refused(
        bytes memory signatures,
        Report memory report,
        PeriodTotals[] memory totals,
        bytes memory reason
    ) private {
        vm.expectRevert(reason);
        settlement.settle(signatures, report, totals);
    }
}
