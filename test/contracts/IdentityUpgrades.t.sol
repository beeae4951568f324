// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {AccountRegistry} from "../../contracts/accounts/AccountRegistry.sol";
import {AccountStatus} from "../../contracts/accounts/IAccountRegistry.sol";
import {Governed} from "../../contracts/governance/Governed.sol";
import {IdentityWorld} from "./support/IdentityWorld.sol";
import {vm} from "./support/Vm.sol";

contract NextAccountRegistry is AccountRegistry {
    function generation() external pure returns (uint256) {
        return 2;
    }
}

/// @notice Who upgrades, when, and what an upgrade leaves as it was.
contract IdentityUpgradesTest is IdentityWorld {
    /// @dev ERC-1967: keccak256("eip1967.proxy.implementation") - 1.
    bytes32 private constant IMPLEMENTATION = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    bytes private _upgrade;

    function setUp() public override {
        super.setUp();
        _upgrade = abi.encodeCall(UUPSUpgradeable.upgradeToAndCall, (address(new NextAccountRegistry()), ""));
    }

    function test_theGovernorUpgradesAfterTheDelayAndAccountsStay() public {
        _openActive();
        vm.prank(GOVERNOR);
        manager.schedule(address(accounts), _upgrade, 0);
        vm.warp(NOW + TIMELOCK - 1);
        _refused(GOVERNOR, IAccessManager.AccessManagerNotReady.selector);
        vm.warp(NOW + TIMELOCK);
        vm.prank(GOVERNOR);
        (bool done, ) = address(accounts).call(_upgrade);
        assert(done && NextAccountRegistry(address(accounts)).generation() == 2);
        assert(accounts.accountOf(ACCOUNT).status == AccountStatus.Active);
        assert(accounts.accountOf(ACCOUNT).credentialHash == FIRST);
    }

    function test_nobodyUpgradesAtOnce() public {
        _refused(GOVERNOR, IAccessManager.AccessManagerNotScheduled.selector);
        _refused(STRANGER, bytes4(keccak256("AccessManagedUnauthorized(address)")));
        _refused(REGISTRAR, bytes4(keccak256("AccessManagedUnauthorized(address)")));
        _refused(OPERATOR, bytes4(keccak256("AccessManagedUnauthorized(address)")));
    }

    function test_everyOtherRegistryIsUpgradedByTheGovernorAloneAfterTheDelay() public {
        address[4] memory others = [address(issuers), address(schemas), address(definitions), address(revocations)];
        string[4] memory names = [
            "IssuerRegistry",
            "SchemaRegistry",
            "CredentialDefinitionRegistry",
            "RevocationRegistry"
        ];
        bytes[4] memory arguments = [bytes(""), "", abi.encode(dids, schemas), abi.encode(dids)];
        for (uint256 i = 0; i < 4; ++i) {
            address next = _deploy(names[i], arguments[i]);
            bytes memory upgrade = abi.encodeCall(UUPSUpgradeable.upgradeToAndCall, (next, ""));
            _refusedTo(STRANGER, others[i], upgrade, bytes4(keccak256("AccessManagedUnauthorized(address)")));
            _refusedTo(REGISTRAR, others[i], upgrade, bytes4(keccak256("AccessManagedUnauthorized(address)")));
            _refusedTo(OPERATOR, others[i], upgrade, bytes4(keccak256("AccessManagedUnauthorized(address)")));
            _refusedTo(GOVERNOR, others[i], upgrade, IAccessManager.AccessManagerNotScheduled.selector);
            vm.prank(GOVERNOR);
            manager.schedule(others[i], upgrade, 0);
            _refusedTo(GOVERNOR, others[i], upgrade, IAccessManager.AccessManagerNotReady.selector);
            vm.warp(vm.getBlockTimestamp() + TIMELOCK);
            vm.prank(GOVERNOR);
            (bool done, ) = others[i].call(upgrade);
            assert(done && address(uint160(uint256(vm.load(others[i], IMPLEMENTATION)))) == next);
        }
    }

    function test_isInitialisedOnceAndTheImplementationNever() public {
        address[5] memory proxies = [
            address(issuers),
            address(schemas),
            address(definitions),
            address(revocations),
            address(accounts)
        ];
        for (uint256 i = 0; i < 5; ++i) {
            vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
            AccountRegistry(proxies[i]).initialise(STRANGER);
            address implementation = address(uint160(uint256(vm.load(proxies[i], IMPLEMENTATION))));
            vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
            AccountRegistry(implementation).initialise(STRANGER);
            vm.expectRevert(abi.encodeWithSelector(UUPSUpgradeable.UUPSUnauthorizedCallContext.selector));
            Governed(implementation).upgradeToAndCall(address(this), "");
        }
    }

    function test_refusesAContractThatCouldNotBeUpgradedAgain() public {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = UUPSUpgradeable.upgradeToAndCall.selector;
        manager.setTargetFunctionRole(address(accounts), selectors, 0);
        vm.expectRevert(abi.encodeWithSelector(ERC1967Utils.ERC1967InvalidImplementation.selector, address(manager)));
        accounts.upgradeToAndCall(address(manager), "");
    }

    function test_stateIsWhereErc7201SaysAndInTwoSlots() public {
        _openActive();
        bytes32 name = keccak256("opem.storage.AccountRegistry");
        bytes32 root = keccak256(abi.encode(uint256(name) - 1)) & ~bytes32(uint256(0xff));
        uint256 slot = uint256(keccak256(abi.encode(ACCOUNT, root)));
        uint256 word = uint256(vm.load(address(accounts), bytes32(slot)));
        // status 2, kind 0, roles 3, version 1, pendingUntil: from the lowest byte up.
        assert(word == (uint256(NOW + 1 days) << 56) | (1 << 24) | (3 << 16) | (0 << 8) | 2);
        assert(vm.load(address(accounts), bytes32(slot + 1)) == FIRST);
        assert(vm.load(address(accounts), 0) == 0);
    }

    function test_theOtherRegistriesKeepTheirStateThereToo() public {
        vm.prank(OPERATOR);
        issuers.accredit(FIRST, SECOND);
        bytes32 outer = keccak256(abi.encode(FIRST, _rootOf("IssuerRegistry")));
        assert(vm.load(address(issuers), keccak256(abi.encode(SECOND, outer))) != 0);

        bytes32 schema = schemas.publish("Schema", 1, FIRST);
        assert(vm.load(address(schemas), keccak256(abi.encode(schema, _rootOf("SchemaRegistry")))) != 0);

        bytes32 defined = definitions.defineCredential(address(this), FIRST, schema);
        bytes32 root = _rootOf("CredentialDefinitionRegistry");
        assert(vm.load(address(definitions), keccak256(abi.encode(defined, root))) != 0);

        revocations.revoke(address(this), _ids(1));
        outer = keccak256(abi.encode(address(this), _rootOf("RevocationRegistry")));
        assert(uint256(vm.load(address(revocations), keccak256(abi.encode(_ids(1)[0], outer)))) == NOW);
    }

    function _rootOf(string memory name) private pure returns (bytes32) {
        bytes32 hash = keccak256(bytes(string.concat("opem.storage.", name)));
        return keccak256(abi.encode(uint256(hash) - 1)) & ~bytes32(uint256(0xff));
    }

    function _refused(address caller, bytes4 selector) private {
        _refusedTo(caller, address(accounts), _upgrade, selector);
    }

    function _refusedTo(address caller, address proxy, bytes memory upgrade, bytes4 selector) private {
        vm.prank(caller);
        (bool done, bytes memory reason) = proxy.call(upgrade);
        assert(!done && bytes4(reason) == selector);
    }
}
