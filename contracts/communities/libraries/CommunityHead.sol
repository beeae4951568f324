// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice Where the settlement of a community stands, in one storage slot. From the low end: next period (32 bits),
/// settles until (32), start of the next rule version (32), sequence (32), rule version in force (32),
/// period length in seconds (16), exact sharing (1). Periods are counted in period lengths since 1970.
type CommunityHead is uint256;

/// @dev One word by hand, because the hourly settlement must cost one read and one write.
library CommunityHeadLib {
    using SafeCast for uint256;

    /// @notice As "settles until": without end. As "start of the next rule version": none is committed.
    uint256 internal constant NEVER = type(uint32).max;
    uint256 private constant MASK = type(uint32).max;

    function opening(uint256 length, uint256 startsAt) internal pure returns (CommunityHead) {
        uint256 first = (startsAt / length).toUint32();
        return CommunityHead.wrap(first | (first << 32) | (NEVER << 64) | (length << 160));
    }

    function isKnown(CommunityHead head) internal pure returns (bool) {
        return CommunityHead.unwrap(head) != 0;
    }

    function next(CommunityHead head) internal pure returns (uint256) {
        return CommunityHead.unwrap(head) & MASK;
    }

    function until(CommunityHead head) internal pure returns (uint256) {
        return (CommunityHead.unwrap(head) >> 32) & MASK;
    }

    function nextRulesFrom(CommunityHead head) internal pure returns (uint256) {
        return (CommunityHead.unwrap(head) >> 64) & MASK;
    }

    function sequence(CommunityHead head) internal pure returns (uint256) {
        return (CommunityHead.unwrap(head) >> 96) & MASK;
    }

    function rules(CommunityHead head) internal pure returns (uint256) {
        return (CommunityHead.unwrap(head) >> 128) & MASK;
    }

    function periodSeconds(CommunityHead head) internal pure returns (uint256) {
        return (CommunityHead.unwrap(head) >> 160) & type(uint16).max;
    }

    function exact(CommunityHead head) internal pure returns (bool) {
        return (CommunityHead.unwrap(head) >> 176) & 1 == 1;
    }

    /// @notice The head after a batch of `periods`. The next period stays below "settles until", so it fits its 32 bits.
    function advanced(CommunityHead head, uint256 periods) internal pure returns (CommunityHead) {
        unchecked {
            return CommunityHead.wrap(CommunityHead.unwrap(head) + periods + (1 << 96));
        }
    }

    /// @notice The head after a correction.
    function counted(CommunityHead head) internal pure returns (CommunityHead) {
        return CommunityHead.wrap(CommunityHead.unwrap(head) + (1 << 96));
    }

    function withNext(CommunityHead head, uint256 period) internal pure returns (CommunityHead) {
        return _with(head, 0, period.toUint32());
    }

    function withUntil(CommunityHead head, uint256 period) internal pure returns (CommunityHead) {
        return _with(head, 32, period.toUint32());
    }

    function withNextRulesFrom(CommunityHead head, uint256 period) internal pure returns (CommunityHead) {
        return _with(head, 64, period.toUint32());
    }

    /// @notice The head under rule version `version`.
    function withRules(CommunityHead head, uint32 version, bool exact_) internal pure returns (CommunityHead) {
        uint256 word = CommunityHead.unwrap(_with(head, 128, version)) & ~(uint256(1) << 176);
        return CommunityHead.wrap(exact_ ? word | (1 << 176) : word);
    }

    function _with(CommunityHead head, uint256 shift, uint256 value) private pure returns (CommunityHead) {
        return CommunityHead.wrap((CommunityHead.unwrap(head) & ~(MASK << shift)) | (value << shift));
    }
}
