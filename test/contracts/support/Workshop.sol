// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {vm} from "./Vm.sol";

/// @notice What every world of tests needs: the product's artifacts, and signed typed data.
abstract contract Workshop {
    /// @dev Deploys the artifact, compiled with the settings of the product.
    function _deploy(string memory name, bytes memory arguments) internal returns (address) {
        return _create(bytes.concat(vm.getCode(name), arguments));
    }

    function _create(bytes memory code) internal returns (address deployed) {
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        require(deployed != address(0), "not deployed");
    }

    function _signAs(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _digest(string memory name, address verifier, bytes32 structHash) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        );
        bytes32 domain = keccak256(
            abi.encode(typeHash, keccak256(bytes(name)), keccak256("1"), block.chainid, verifier)
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash));
    }
}
