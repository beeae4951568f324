// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title The text of a `did:ethr`, and its hash
library DidText {
    bytes16 private constant DIGITS = "0123456789abcdef";
    /// @dev `did:ethr:0x`, sixteen digits, `:0x`.
    uint256 private constant LONGEST_CHAIN_ID = type(uint64).max;

    error DidChainIdTooLong(uint256 chainId);

    /// @notice `did:ethr:0x<chain id>:0x`, padded with zeros on the right, and its length in bytes.
    function prefixOf(uint256 chainId) internal pure returns (bytes32 prefix, uint256 length) {
        if (chainId > LONGEST_CHAIN_ID) revert DidChainIdTooLong(chainId);
        uint256 digits = 1;
        while (chainId >> (4 * digits) != 0) ++digits;
        bytes memory hexadecimal = new bytes(digits);
        for (uint256 i = digits; i > 0; --i) {
            hexadecimal[i - 1] = DIGITS[chainId & 0xf];
            chainId >>= 4;
        }
        bytes memory text = bytes.concat("did:ethr:0x", hexadecimal, ":0x");
        return (bytes32(text), text.length);
    }

    /// @notice keccak256 of the prefix and the address's forty hex digits.
    function hashOf(bytes32 prefix, uint256 length, address identity) internal pure returns (bytes32 hash) {
        uint256 first = _hexOf(uint128(uint160(identity) >> 32));
        // The last four bytes in front: their eight digits are then the first of the word.
        uint256 last = _hexOf(uint128(uint256(uint32(uint160(identity))) << 96));
        assembly ("memory-safe") {
            let text := mload(0x40)
            mstore(text, prefix)
            mstore(add(text, length), first)
            mstore(add(add(text, length), 32), last)
            hash := keccak256(text, add(length, 40))
        }
    }

    /// @dev Sixteen bytes as thirty-two hex digits, all at once: the nibbles are spread to a byte each by halving the
    /// distance, then every byte becomes a digit (0x30 + n, and 0x27 more from ten on). No byte overflows into the next.
    function _hexOf(uint128 value) private pure returns (uint256 x) {
        unchecked {
            x = value;
            x = (x | (x << 64)) & 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;
            x = (x | (x << 32)) & 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
            x = (x | (x << 16)) & 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
            x = (x | (x << 8)) & 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
            x = (x | (x << 4)) & 0x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f;
            uint256 letters =
                ((x + 0x0606060606060606060606060606060606060606060606060606060606060606) >> 4) &
                    0x0101010101010101010101010101010101010101010101010101010101010101;
            x += 0x3030303030303030303030303030303030303030303030303030303030303030 + letters * 0x27;
        }
    }
}
