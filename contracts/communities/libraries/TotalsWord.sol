// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {PeriodTotals} from "../ISettlement.sol";

/// @title What is written in a word of period totals: surplus (72 bits) ‖ demand (72) ‖ shared (72) ‖ members (16) ‖ 0 (24)
library TotalsWord {
    uint256 private constant ENERGY = 0xffffffffffffffffff;

    /// @notice Energy offered in the period, Wh.
    function surplus(PeriodTotals totals) internal pure returns (uint256) {
        return PeriodTotals.unwrap(totals) >> 184;
    }

    /// @notice Energy wanted in the period, Wh.
    function demand(PeriodTotals totals) internal pure returns (uint256) {
        return (PeriodTotals.unwrap(totals) >> 112) & ENERGY;
    }

    /// @notice Energy traded inside the community, Wh.
    function shared(PeriodTotals totals) internal pure returns (uint256) {
        return (PeriodTotals.unwrap(totals) >> 40) & ENERGY;
    }

    function members(PeriodTotals totals) internal pure returns (uint256) {
        return (PeriodTotals.unwrap(totals) >> 24) & type(uint16).max;
    }

    /// @notice Whether there is a member and nothing in the unused bits.
    function isWellFormed(PeriodTotals totals) internal pure returns (bool) {
        uint256 tail = PeriodTotals.unwrap(totals) & type(uint40).max;
        return tail != 0 && tail & type(uint24).max == 0;
    }

    /// @notice Whether the word is well formed and T = min(surplus, demand), or at most that where sharing is not `exact`.
    function isSound(PeriodTotals totals, bool exact) internal pure returns (bool sound) {
        // Assembly: a daily batch asks 24 times, and every member-hour pays for it.
        assembly ("memory-safe") {
            let offered := shr(184, totals)
            let wanted := and(shr(112, totals), ENERGY)
            let traded := and(shr(40, totals), ENERGY)
            let most := xor(offered, mul(xor(offered, wanted), lt(wanted, offered)))
            sound := and(iszero(gt(traded, most)), or(iszero(exact), eq(traded, most)))
            sound := and(sound, and(iszero(shl(232, totals)), gt(shl(216, totals), 0)))
        }
    }

    /// @notice Word `i`, for callers that stay below the length.
    function at(PeriodTotals[] calldata totals, uint256 i) internal pure returns (PeriodTotals word) {
        assembly ("memory-safe") {
            word := calldataload(add(totals.offset, shl(5, i)))
        }
    }

    /// @notice keccak256(abi.encodePacked(totals))
    function hash(PeriodTotals[] calldata totals) internal pure returns (bytes32 digest) {
        // The words are hashed as they stand in the calldata: a loop over them would cost a daily batch 2 gas per member-hour.
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := shl(5, totals.length)
            calldatacopy(free, totals.offset, size)
            digest := keccak256(free, size)
        }
    }
}
