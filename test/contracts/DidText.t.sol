// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {DidText} from "../../contracts/marketplace/DidText.sol";
import {vm} from "./support/Vm.sol";

/// @notice The text of a DID and its hash, against OpenZeppelin's slow way and against literals.
contract DidTextTest {
    function test_hashesAnAddressOfTheDevelopmentChain() public pure {
        address identity = 0x00000000000000000000000000000000000000A1;
        assert(_hash(31_337, identity) == keccak256("did:ethr:0x7a69:0x00000000000000000000000000000000000000a1"));
        identity = 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266;
        assert(_hash(31_337, identity) == keccak256("did:ethr:0x7a69:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"));
    }

    function test_writesChainIdsWithoutLeadingZeros() public pure {
        _prefixIs(0, "did:ethr:0x0:0x");
        _prefixIs(1, "did:ethr:0x1:0x");
        _prefixIs(15, "did:ethr:0xf:0x");
        _prefixIs(16, "did:ethr:0x10:0x");
        _prefixIs(11_155_111, "did:ethr:0xaa36a7:0x");
        _prefixIs(type(uint64).max, "did:ethr:0xffffffffffffffff:0x");
    }

    function prefixOf(uint256 chainId) external pure returns (bytes32, uint256) {
        return DidText.prefixOf(chainId);
    }

    function test_refusesAChainIdThatDoesNotFit() public {
        uint256 chainId = uint256(type(uint64).max) + 1;
        vm.expectRevert(abi.encodeWithSelector(DidText.DidChainIdTooLong.selector, chainId));
        this.prefixOf(chainId);
    }

    function testFuzz_agreesWithTheSlowWay(uint64 chainId, address identity) public pure {
        string memory text = string.concat(
            "did:ethr:0x",
            _withoutZeros(chainId),
            ":",
            Strings.toHexString(uint160(identity), 20)
        );
        assert(_hash(chainId, identity) == keccak256(bytes(text)));
    }

    function _hash(uint256 chainId, address identity) private pure returns (bytes32) {
        (bytes32 prefix, uint256 length) = DidText.prefixOf(chainId);
        return DidText.hashOf(prefix, length, identity);
    }

    function _prefixIs(uint256 chainId, string memory expected) private pure {
        (bytes32 prefix, uint256 length) = DidText.prefixOf(chainId);
        assert(prefix == bytes32(bytes(expected)) && length == bytes(expected).length);
    }

    function _withoutZeros(uint256 value) private pure returns (string memory text) {
        text = value == 0 ? "0" : "";
        for (; value != 0; value >>= 4) {
            bytes1 digit = bytes("0123456789abcdef")[value & 0xf];
            text = string.concat(string(abi.encodePacked(digit)), text);
        }
    }
}
