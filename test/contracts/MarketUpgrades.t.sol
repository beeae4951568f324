// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Initializable} from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Governed} from "../../contracts/governance/Governed.sol";
import {PricePlan} from "../../contracts/marketplace/IAgreementRegistry.sol";
import {ListingKind, ListingState} from "../../contracts/marketplace/IListingRegistry.sol";
import {ListingRegistry} from "../../contracts/marketplace/ListingRegistry.sol";
import {MarketWorld} from "./support/MarketWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice The market's registries change only behind the timelock, and keep what they know; the escrow does not change.
contract MarketUpgradesTest is MarketWorld {
    bytes32 private constant IMPLEMENTATION = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);

    function test_theGovernorUpgradesAfterTheTimelockAndStateStays() public {
        _publish(LISTING, ListingKind.Analytic);
        (bytes32 id, ) = _concluded(PricePlan.Free, 0, 0);
        address[4] memory proxies = _proxies();
        bytes[4] memory arguments = [
            abi.encode(dids, accounts),
            abi.encode(dids, accounts, listings),
            abi.encode(dids, accounts),
            abi.encode(dids, accounts, listings)
        ];
        string[4] memory names = ["ListingRegistry", "AgreementRegistry", "OpenInnovation", "CompositionRegistry"];
        for (uint256 i = 0; i < 4; ++i) {
            address next = _deploy(names[i], arguments[i]);
            bytes memory upgrade = abi.encodeCall(Governed(proxies[i]).upgradeToAndCall, (next, ""));
            _refused(proxies[i], upgrade);
            _asGovernor(proxies[i], upgrade);
            assert(address(uint160(uint256(vm.load(proxies[i], IMPLEMENTATION)))) == next);
        }
        assert(listings.listingOf(LISTING).state == ListingState.Published);
        assert(agreements.inForce(id, uint40(vm.getBlockTimestamp())) && agreements.feeBps() == FEE);
    }

    function test_isInitialisedOnceAndTheImplementationNever() public {
        address[4] memory proxies = _proxies();
        for (uint256 i = 0; i < 4; ++i) {
            address implementation = address(uint160(uint256(vm.load(proxies[i], IMPLEMENTATION))));
            _initialisedAlready(proxies[i], i == 1);
            _initialisedAlready(implementation, i == 1);
        }
    }

    function test_stateIsWhereErc7201Says() public {
        _publish(LISTING, ListingKind.EnergyGrid);
        bytes32 slot = keccak256(abi.encode(LISTING, _rootOf("ListingRegistry")));
        // provider, kind 2, state 1, resumes as 0, version 1: from the lowest byte up.
        uint256 expected = uint160(provider) | (2 << 160) | (1 << 168) | (1 << 184);
        assert(uint256(vm.load(address(listings), slot)) == expected);
        assert(vm.load(address(listings), bytes32(uint256(slot) + 1)) == CONTENT);

        (bytes32 id, ) = _concluded(PricePlan.Free, 0, 0);
        slot = keccak256(abi.encode(id, _rootOf("AgreementRegistry")));
        expected = 1 | (uint256(NOW) << 8) | (uint256(NOW) << 48);
        assert(uint256(vm.load(address(agreements), slot)) == expected);

        vm.prank(consumer);
        innovation.request(TERMS, consumer, CONTENT, uint40(NOW + 1));
        assert(vm.load(address(innovation), keccak256(abi.encode(TERMS, _rootOf("OpenInnovation")))) != 0);

        bytes32[] memory both = new bytes32[](2);
        (both[0], both[1]) = (LISTING, LISTING);
        vm.prank(consumer);
        compositions.request(TERMS, consumer, both, CONTENT);
        assert(vm.load(address(compositions), keccak256(abi.encode(TERMS, _rootOf("CompositionRegistry")))) != 0);
    }

    /// @dev Neither at once by the governor, nor ever by anybody else.
    function _refused(address proxy, bytes memory upgrade) private {
        address[4] memory callers = [OPERATOR, provider, STRANGER, GOVERNOR];
        for (uint256 i = 0; i < 4; ++i) {
            vm.prank(callers[i]);
            (bool done, bytes memory reason) = proxy.call(upgrade);
            bytes4 expected =
                callers[i] == GOVERNOR
                    ? IAccessManager.AccessManagerNotScheduled.selector
                    : IAccessManaged.AccessManagedUnauthorized.selector;
            assert(!done && bytes4(reason) == expected);
        }
    }

    function _initialisedAlready(address target, bool withFee) private {
        bytes memory data =
            withFee
                ? abi.encodeWithSignature("initialise(address,uint16)", STRANGER, 0)
                : abi.encodeWithSignature("initialise(address)", STRANGER);
        (bool done, bytes memory reason) = target.call(data);
        assert(!done && bytes4(reason) == Initializable.InvalidInitialization.selector);
    }

    function _proxies() private view returns (address[4] memory) {
        return [address(listings), address(agreements), address(innovation), address(compositions)];
    }

    function _rootOf(string memory name) private pure returns (bytes32) {
        bytes32 hash = keccak256(bytes(string.concat("opem.storage.", name)));
        return keccak256(abi.encode(uint256(hash) - 1)) & ~bytes32(uint256(0xff));
    }
}
