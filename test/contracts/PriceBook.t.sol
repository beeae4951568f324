// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IPriceBook, PriceSegment} from "../../contracts/communities/IPriceBook.sol";
import {PriceBook} from "../../contracts/communities/PriceBook.sol";
import {Workshop} from "./support/Workshop.sol";
import {vm} from "./support/Vm.sol";

/// @notice Which prices were known, and that nobody exchanges them unnoticed.
contract PriceBookTest is Workshop {
    bytes32 private constant SERIES = keccak256("dk2");
    bytes32 private constant MAY = keccak256("prices of May");
    bytes32 private constant JUNE = keccak256("prices of June");
    bytes32 private constant OTHER = keccak256("other prices");
    uint64 private constant MAY_FIRST = 1_714_521_600; // 2024-05-01T00:00:00Z
    uint64 private constant JUNE_FIRST = 1_717_200_000; // 2024-06-01T00:00:00Z
    uint64 private constant JULY_FIRST = 1_719_792_000; // 2024-07-01T00:00:00Z
    address private constant STRANGER = address(0x5743);

    PriceBook private book;

    function setUp() public {
        AccessManager manager = AccessManager(_deploy("AccessManager", abi.encode(address(this))));
        book = PriceBook(_deploy("PriceBook", abi.encode(address(manager))));
    }

    function test_commitsSegmentsOneAfterAnother() public {
        vm.expectEmit();
        emit IPriceBook.PricesCommitted(SERIES, MAY_FIRST, JUNE_FIRST, MAY);
        vm.expectEmit();
        emit IPriceBook.PricesCommitted(SERIES, JUNE_FIRST, JULY_FIRST, JUNE);
        book.commitPrices(SERIES, _mayAndJune());
        _expectSegment(MAY_FIRST, JUNE_FIRST, 0, MAY);
        _expectSegment(JUNE_FIRST, JULY_FIRST, 0, JUNE);
        assert(book.committedUntil(SERIES) == JULY_FIRST && book.committedUntil(keccak256("se4")) == 0);
    }

    function test_neverCommitsTheSameTimeTwice() public {
        book.commitPrices(SERIES, _mayAndJune());
        vm.expectRevert(
            abi.encodeWithSelector(IPriceBook.PriceBookOverlap.selector, SERIES, JULY_FIRST - 1, JULY_FIRST)
        );
        book.commitPrices(SERIES, _one(JULY_FIRST - 1, JULY_FIRST + 3600));
        PriceSegment[] memory crossed = _mayAndJune();
        crossed[1].from -= 1;
        vm.expectRevert(
            abi.encodeWithSelector(IPriceBook.PriceBookOverlap.selector, OTHER, JUNE_FIRST - 1, JUNE_FIRST)
        );
        book.commitPrices(OTHER, crossed);
    }

    function test_refusesASegmentWithoutTime() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPriceBook.PriceBookSegmentEmpty.selector, SERIES, MAY_FIRST, MAY_FIRST)
        );
        book.commitPrices(SERIES, _one(MAY_FIRST, MAY_FIRST));
    }

    function test_commitsOneTo64SegmentsInACall() public {
        vm.expectRevert(abi.encodeWithSelector(IPriceBook.PriceBookSegmentCount.selector, 0, 64));
        book.commitPrices(SERIES, new PriceSegment[](0));
        vm.expectRevert(abi.encodeWithSelector(IPriceBook.PriceBookSegmentCount.selector, 65, 64));
        book.commitPrices(SERIES, new PriceSegment[](65));
    }

    function test_restatesForEverybodyToSee() public {
        book.commitPrices(SERIES, _mayAndJune());
        vm.expectEmit();
        emit IPriceBook.PricesRestated(SERIES, MAY_FIRST, JUNE_FIRST, 1, MAY, OTHER);
        book.restatePrices(SERIES, MAY_FIRST, MAY, OTHER);
        _expectSegment(MAY_FIRST, JUNE_FIRST, 1, OTHER);
        vm.expectRevert(abi.encodeWithSelector(IPriceBook.PriceBookNotCurrent.selector, SERIES, MAY_FIRST, MAY, OTHER));
        book.restatePrices(SERIES, MAY_FIRST, MAY, JUNE);
    }

    function test_restatesOnlyWhatWasCommitted() public {
        vm.expectRevert(abi.encodeWithSelector(IPriceBook.PriceBookSegmentUnknown.selector, SERIES, MAY_FIRST));
        book.restatePrices(SERIES, MAY_FIRST, bytes32(0), OTHER);
    }

    function test_listensToThePublisherAlone() public {
        bytes memory refused = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER);
        vm.prank(STRANGER);
        vm.expectRevert(refused);
        book.commitPrices(SERIES, _mayAndJune());
        book.commitPrices(SERIES, _mayAndJune());
        vm.prank(STRANGER);
        vm.expectRevert(refused);
        book.restatePrices(SERIES, MAY_FIRST, MAY, OTHER);
    }

    /// @dev Whatever is committed in whatever order, segments of a series never share an instant.
    function testFuzz_segmentsNeverOverlap(uint32[8] calldata from, uint32[8] calldata length) public {
        uint64 end = 0;
        for (uint256 i = 0; i < from.length; ++i) {
            uint64 until = uint64(from[i]) + length[i];
            try book.commitPrices(SERIES, _one(from[i], until)) {
                assert(from[i] >= end && until > from[i]);
                end = until;
            } catch {
                assert(from[i] < end || length[i] == 0);
            }
            assert(book.committedUntil(SERIES) == end);
        }
    }

    function _one(uint64 from, uint64 until) private pure returns (PriceSegment[] memory segments) {
        segments = new PriceSegment[](1);
        segments[0] = PriceSegment({from: from, until: until, hash: OTHER});
    }

    function _mayAndJune() private pure returns (PriceSegment[] memory segments) {
        segments = new PriceSegment[](2);
        segments[0] = PriceSegment({from: MAY_FIRST, until: JUNE_FIRST, hash: MAY});
        segments[1] = PriceSegment({from: JUNE_FIRST, until: JULY_FIRST, hash: JUNE});
    }

    function _expectSegment(uint64 from, uint64 until, uint32 revision, bytes32 hash) private view {
        (uint64 end, uint32 times, bytes32 stands) = book.segment(SERIES, from);
        assert(end == until && times == revision && stands == hash);
    }
}
