// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Agreement} from "./IAgreementRegistry.sol";

/// @title The id of an agreement
library AgreementHash {
    bytes32 private constant TYPEHASH = keccak256(
        "Agreement(bytes32 listing,uint32 version,address provider,address consumer,bytes32 terms,uint8 plan,uint96 price,uint32 interval,uint16 feeBps,uint40 start,uint40 end,uint32 notice,uint64 salt,uint64 deadline)"
    );

    /// @notice The EIP-712 struct hash: each field is one word, so the struct's encoding is what is hashed.
    function idOf(Agreement calldata agreement) internal pure returns (bytes32) {
        return keccak256(abi.encode(TYPEHASH, agreement));
    }
}
