// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {CommunityHead} from "./CommunityHead.sol";
import {ISettlement, PeriodTotals, Report} from "../ISettlement.sol";

/// @title A report hashed and announced as it stands in the calldata
/// @dev Assembly, because the hourly settlement is the one transaction that everybody pays for: three encodings by the
/// compiler cost as much as a signature. Words are taken as given. A word with dirt in its high bits changes the digest, and
/// the settlement compares every field at full width, so such a report fits no signature and no community.
/// Word n of `Report` is at `report + 32 n`: community, start, periods, revision, rules, root, deadline.
library ReportWords {
    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "Report(address community,uint64 start,uint16 periods,uint32 revision,uint32 rules,bytes32 root,bytes32 totalsHash,uint256 nonce,uint64 deadline)"
    );
    bytes32 private constant BATCH_SETTLED = ISettlement.BatchSettled.selector;

    /// @dev With dirt in the high bits it is an address that no community has.
    function communityWord(Report calldata report) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(report)
        }
    }

    function startWord(Report calldata report) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(report, 0x20))
        }
    }

    function periodsWord(Report calldata report) internal pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(report, 0x40))
        }
    }

    /// @notice Whether the report is the next one after `head`: no gap, no overlap, running, over, under the one rule version
    /// in force, with as many totals as periods (1 to `most`), a root, and in time.
    /// @dev All in one condition. Where it does not hold, Settlement looks again and says why.
    function follows(
        Report calldata report,
        CommunityHead head,
        uint256 totals,
        uint256 most
    ) internal view returns (bool answer) {
        assembly ("memory-safe") {
            let length := and(shr(160, head), 0xffff)
            let next := and(head, 0xffffffff)
            let periods := calldataload(add(report, 0x40))
            let end := add(next, periods)
            let wrong := or(xor(periods, totals), xor(calldataload(add(report, 0x20)), mul(next, length))) // start
            wrong := or(wrong, calldataload(add(report, 0x60))) // revision
            wrong := or(wrong, xor(calldataload(add(report, 0x80)), and(shr(128, head), 0xffffffff))) // rules
            wrong := or(wrong, iszero(calldataload(add(report, 0xa0)))) // root
            wrong := or(wrong, gt(timestamp(), calldataload(add(report, 0xc0)))) // deadline
            wrong := or(wrong, gt(end, and(shr(32, head), 0xffffffff))) // settles until; 0 of an unknown community
            wrong := or(wrong, gt(end, and(shr(64, head), 0xffffffff))) // next rule version
            wrong := or(wrong, gt(mul(end, length), timestamp()))
            answer := gt(lt(sub(periods, 1), most), wrong)
        }
    }

    /// @notice EIP-712 struct hash of the report with its totals and nonce.
    function structHash(
        Report calldata report,
        bytes32 totalsHash,
        uint256 nonce
    ) internal pure returns (bytes32 hash) {
        bytes32 typeHash = REPORT_TYPEHASH;
        assembly ("memory-safe") {
            let words := mload(0x40)
            mstore(words, typeHash)
            calldatacopy(add(words, 0x20), report, 0xc0) // community to root
            mstore(add(words, 0xe0), totalsHash)
            mstore(add(words, 0x100), nonce)
            mstore(add(words, 0x120), calldataload(add(report, 0xc0))) // deadline
            hash := keccak256(words, 0x140)
        }
    }

    /// @notice keccak256(abi.encode(Batch)) of the batch that the report becomes.
    function batchHash(
        Report calldata report,
        bytes32 totalsHash,
        uint256 signers,
        uint256 settledAt
    ) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let words := mload(0x40)
            calldatacopy(words, report, 0xa0) // community to rules
            mstore(add(words, 0xa0), settledAt)
            mstore(add(words, 0xc0), signers)
            mstore(add(words, 0xe0), calldataload(add(report, 0xa0))) // root
            mstore(add(words, 0x100), totalsHash)
            hash := keccak256(words, 0x120)
        }
    }

    /// @notice Emits `ISettlement.BatchSettled`.
    function announce(
        Report calldata report,
        PeriodTotals[] calldata totals,
        uint256 signers,
        uint256 settledAt
    ) internal {
        bytes32 topic = BATCH_SETTLED;
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, calldataload(add(report, 0x40))) // periods
            mstore(add(data, 0x20), calldataload(add(report, 0x80))) // rules
            mstore(add(data, 0x40), settledAt)
            mstore(add(data, 0x60), signers)
            mstore(add(data, 0x80), calldataload(add(report, 0xa0))) // root
            mstore(add(data, 0xa0), 0xc0) // where the totals begin
            mstore(add(data, 0xc0), totals.length)
            let size := shl(5, totals.length)
            calldatacopy(add(data, 0xe0), totals.offset, size)
            log4(
                data,
                add(0xe0, size),
                topic,
                calldataload(report), // community
                calldataload(add(report, 0x20)), // start
                calldataload(add(report, 0x60)) // revision
            )
        }
    }
}
