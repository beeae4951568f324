// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Balance, PeriodTotals} from "../ISettlement.sol";

/// @title The two trees of a batch: members of a period, periods of a batch
/// @dev Leaves are hashed twice, so no inner node can pass for a leaf. Pairs are sorted; an odd node moves up unchanged.
library BalanceTree {
    function balanceLeaf(
        address community,
        uint64 periodStart,
        uint32 revision,
        Balance calldata balance
    ) internal view returns (bytes32) {
        return _twice(keccak256(abi.encode(block.chainid, community, periodStart, revision, balance)));
    }

    function periodLeaf(uint64 periodStart, PeriodTotals totals, bytes32 membersRoot) internal pure returns (bytes32) {
        return _twice(keccak256(abi.encode(periodStart, totals, membersRoot)));
    }

    /// @notice Root of the members' tree of one period; 0 without members.
    function rootOfMembers(
        address community,
        uint64 periodStart,
        uint32 revision,
        Balance[] calldata balances
    ) internal view returns (bytes32) {
        uint256 count = balances.length;
        if (count == 0) return 0;
        bytes32[] memory nodes = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            nodes[i] = balanceLeaf(community, periodStart, revision, balances[i]);
        }
        while (count > 1) {
            uint256 parents = count / 2;
            for (uint256 i = 0; i < parents; ++i) {
                nodes[i] = Hashes.commutativeKeccak256(nodes[2 * i], nodes[2 * i + 1]);
            }
            if (count % 2 == 1) nodes[parents++] = nodes[count - 1];
            count = parents;
        }
        return nodes[0];
    }

    function isAscending(Balance[] calldata balances) internal pure returns (bool) {
        for (uint256 i = 1; i < balances.length; ++i) {
            if (balances[i - 1].member >= balances[i].member) return false;
        }
        return true;
    }

    /// @notice Whether no swapping of equal-sized sibling subtrees, which the sorted pairs hide, puts the members into
    /// strictly ascending order: then the tree itself is out of order (or names a member twice).
    function isDisordered(Balance[] calldata balances) internal pure returns (bool) {
        uint256 total = balances.length;
        bytes32[] memory low = new bytes32[](total);
        bytes32[] memory high = new bytes32[](total);
        for (uint256 i = 0; i < total; ++i) {
            low[i] = high[i] = balances[i].member;
        }
        uint256 count = total;
        for (uint256 width = 1; count > 1; width *= 2) {
            uint256 parents = count / 2;
            for (uint256 i = 0; i < parents; ++i) {
                (uint256 left, uint256 right) = (2 * i, 2 * i + 1);
                if (high[left] < low[right]) {
                    (low[i], high[i]) = (low[left], high[right]);
                } else if (high[right] < low[left] && (right + 1) * width <= total) {
                    (low[i], high[i]) = (low[right], high[left]);
                } else {
                    return true;
                }
            }
            if (count % 2 == 1) {
                (low[parents], high[parents]) = (low[count - 1], high[count - 1]);
                ++parents;
            }
            count = parents;
        }
        return false;
    }

    function _twice(bytes32 once) private pure returns (bytes32) {
        return keccak256(bytes.concat(once));
    }
}
