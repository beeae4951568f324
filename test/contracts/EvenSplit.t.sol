// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {EvenSplit} from "../../contracts/communities/libraries/EvenSplit.sol";

/// @notice The check against a split made Wh by Wh, as slowly and plainly as the rule reads.
contract EvenSplitTest {
    function test_givesTheRemainderFromTheMemberWhoseTurnItIs() public pure {
        uint256[] memory wanted = _three(5, 5, 5);
        assert(EvenSplit.isEven(wanted, _three(3, 2, 2), 0));
        assert(EvenSplit.isEven(wanted, _three(2, 3, 2), 1));
        assert(EvenSplit.isEven(wanted, _three(3, 2, 3), 5)); // 5 mod 3 is 2: the third, then the first
        assert(!EvenSplit.isEven(wanted, _three(3, 2, 2), 1));
        assert(!EvenSplit.isEven(wanted, _three(3, 3, 1), 0));
    }

    /// @dev A split by hand is even; moving one Wh from one member to another makes it uneven.
    function testFuzz_knowsTheEvenSplitAndNoOther(
        uint8[12] memory wants,
        uint16 available,
        uint32 turn,
        uint8 pick
    ) public pure {
        uint256 count = 1 + (pick % 12);
        uint256[] memory wanted = new uint256[](count);
        uint256 sum = 0;
        for (uint256 i = 0; i < count; ++i) {
            wanted[i] = wants[i] % 16;
            sum += wanted[i];
        }
        uint256[] memory given = _pour(wanted, sum == 0 ? 0 : available % (sum + 1), turn);
        assert(EvenSplit.isEven(wanted, given, turn));

        (uint256 from, uint256 to) = ((pick / 12) % count, (available / 7) % count);
        if (from == to || given[from] == 0 || given[to] == wanted[to]) return;
        (given[from], given[to]) = (given[from] - 1, given[to] + 1);
        assert(!EvenSplit.isEven(wanted, given, turn));
    }

    /// @dev One Wh at a time to the member with the least so far who wants more; the one whose turn is earlier at a tie.
    function _pour(
        uint256[] memory wanted,
        uint256 available,
        uint256 turn
    ) private pure returns (uint256[] memory given) {
        uint256 count = wanted.length;
        given = new uint256[](count);
        for (; available > 0; --available) {
            uint256 least = type(uint256).max;
            for (uint256 k = 0; k < count; ++k) {
                uint256 i = (turn + k) % count;
                if (given[i] < wanted[i] && (least == type(uint256).max || given[i] < given[least])) least = i;
            }
            ++given[least];
        }
    }

    function _three(uint256 a, uint256 b, uint256 c) private pure returns (uint256[] memory values) {
        values = new uint256[](3);
        (values[0], values[1], values[2]) = (a, b, c);
    }
}
