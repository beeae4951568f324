// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title The even allocation key: max-min fair, "water filling"
library EvenSplit {
    /// @notice Whether `given` is the even split of its own sum among `wanted`: given = min(wanted, L) + e for one level L,
    /// where e is 1 Wh for the first so many members above the level, counted from member `turn` (mod N), else 0.
    /// @dev Callers have checked given <= wanted. O(N): the level is the least gift to a member who wanted more.
    /// @param turn the period number: nobody is favoured twice
    function isEven(uint256[] memory wanted, uint256[] memory given, uint256 turn) internal pure returns (bool) {
        uint256 count = wanted.length;
        uint256 level = type(uint256).max;
        for (uint256 i = 0; i < count; ++i) {
            if (given[i] < wanted[i] && given[i] < level) level = given[i];
        }
        if (level == type(uint256).max) return true; // everybody got all they wanted

        bool remainderSpent = false;
        for (uint256 k = 0; k < count; ++k) {
            uint256 i = (turn + k) % count;
            if (wanted[i] <= level) {
                if (given[i] != wanted[i]) return false;
            } else if (given[i] == level) {
                remainderSpent = true;
            } else if (given[i] != level + 1 || remainderSpent) {
                return false;
            }
        }
        return true;
    }
}
