// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

enum Answer {
    Yes,
    No,
    /// @dev Less than a word.
    Short,
    /// @dev A megabyte, the right word in front of nothing.
    Endless,
    /// @dev All the gas there is.
    Burn,
    /// @dev Tries to change something first.
    Write,
    Revert
}

/// @notice A contract that owns a DID and answers ERC-1271 as it likes; it passes on what it is told to.
contract HostileOwner {
    Answer public answer;
    uint256 private _written;

    function become(Answer answer_) external {
        answer = answer_;
    }

    function pass(address target, bytes calldata data) external returns (bool done, bytes memory result) {
        return target.call(data);
    }

    /// @dev Not `view`, as an honest one is: asked statically it can write nothing.
    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        if (answer == Answer.No) return 0xffffffff;
        if (answer == Answer.Revert) revert("no");
        if (answer == Answer.Write) _written = 1;
        if (answer == Answer.Burn) while (true) {}
        if (answer == Answer.Short) {
            assembly ("memory-safe") {
                mstore(0, shl(224, 0x1626ba7e))
                return(0, 4)
            }
        }
        if (answer == Answer.Endless) {
            assembly {
                return(0, 1000000)
            }
        }
        return IERC1271.isValidSignature.selector;
    }
}
