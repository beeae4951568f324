// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {AccountRegistry} from "../../../contracts/accounts/AccountRegistry.sol";
import {AccountKind} from "../../../contracts/accounts/IAccountRegistry.sol";
import {CredentialDefinitionRegistry} from "../../../contracts/identity/CredentialDefinitionRegistry.sol";
import {IDidRegistry} from "../../../contracts/identity/IDidRegistry.sol";
import {IssuerRegistry} from "../../../contracts/identity/IssuerRegistry.sol";
import {RevocationRegistry} from "../../../contracts/identity/RevocationRegistry.sol";
import {SchemaRegistry} from "../../../contracts/identity/SchemaRegistry.sol";
import {Workshop} from "./Workshop.sol";
import {vm} from "./Vm.sol";

/// @notice What the owner of a DID does in ERC-1056.
interface IOwnedDids is IDidRegistry {
    function changeOwner(address identity, address newOwner) external;
    function addDelegate(address identity, bytes32 delegateType, address delegate, uint256 validity) external;
}

/// @notice The registries of identity behind their proxies, with the roles that the deployment gives.
abstract contract IdentityWorld is Workshop {
    uint64 internal constant NOW = 1_704_067_200; // 2024-01-01T00:00:00Z
    uint32 internal constant TIMELOCK = 2 days;
    address internal constant REGISTRAR = address(0x4E61);
    address internal constant OPERATOR = address(0x09E4);
    address internal constant GOVERNOR = address(0x6073);
    address internal constant STRANGER = address(0x5743);
    bytes32 internal constant ACCOUNT = keccak256("did:ethr:0x7a69:0x0000000000000000000000000000000000000001");
    bytes32 internal constant FIRST = keccak256("first credential");
    bytes32 internal constant SECOND = keccak256("second credential");
    uint256 internal constant ISSUER_KEY = 0x155;

    AccessManager internal manager;
    IOwnedDids internal dids;
    IssuerRegistry internal issuers;
    SchemaRegistry internal schemas;
    CredentialDefinitionRegistry internal definitions;
    RevocationRegistry internal revocations;
    AccountRegistry internal accounts;

    function setUp() public virtual {
        vm.warp(NOW);
        manager = AccessManager(_deploy("AccessManager", abi.encode(address(this))));
        dids = IOwnedDids(
            _create(vm.parseJsonBytes(vm.readFile("contracts/abi/bytecode.json"), ".EthereumDIDRegistry"))
        );
        issuers = IssuerRegistry(_proxy("IssuerRegistry", ""));
        schemas = SchemaRegistry(_proxy("SchemaRegistry", ""));
        definitions = CredentialDefinitionRegistry(_proxy("CredentialDefinitionRegistry", abi.encode(dids, schemas)));
        revocations = RevocationRegistry(_proxy("RevocationRegistry", abi.encode(dids)));
        accounts = AccountRegistry(_proxy("AccountRegistry", ""));

        manager.grantRole(1, GOVERNOR, TIMELOCK);
        manager.grantRole(2, REGISTRAR, 0);
        manager.grantRole(3, OPERATOR, 0);
        address[5] memory proxies = [
            address(issuers),
            address(schemas),
            address(definitions),
            address(revocations),
            address(accounts)
        ];
        for (uint256 i = 0; i < 5; ++i) {
            _allow(1, proxies[i], UUPSUpgradeable.upgradeToAndCall.selector);
        }
        _allow(2, address(accounts), AccountRegistry.open.selector);
        _allow(2, address(accounts), AccountRegistry.activate.selector);
        _allow(2, address(accounts), AccountRegistry.renew.selector);
        _allow(3, address(accounts), AccountRegistry.suspend.selector);
        _allow(3, address(accounts), AccountRegistry.reinstate.selector);
        _allow(3, address(accounts), AccountRegistry.revoke.selector);
        _allow(3, address(accounts), AccountRegistry.changeRoles.selector);
        _allow(3, address(issuers), IssuerRegistry.accredit.selector);
        _allow(3, address(issuers), IssuerRegistry.withdraw.selector);
    }

    function _proxy(string memory name, bytes memory arguments) internal returns (address) {
        address implementation = _deploy(name, arguments);
        bytes memory initialise = abi.encodeWithSignature("initialise(address)", manager);
        return _deploy("ERC1967Proxy", abi.encode(implementation, initialise));
    }

    function _allow(uint64 role, address target, bytes4 selector) internal {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        manager.setTargetFunctionRole(target, selectors, role);
    }

    function _open() internal {
        vm.prank(REGISTRAR);
        accounts.open(ACCOUNT, AccountKind.Company, 3, FIRST, NOW + 1 days);
    }

    function _openActive() internal {
        _open();
        vm.prank(REGISTRAR);
        accounts.activate(ACCOUNT, 1, FIRST);
    }

    function _expectUnauthorised(address caller) internal {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
    }

    function _ids(uint256 count) internal pure returns (bytes32[] memory ids) {
        ids = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            ids[i] = keccak256(abi.encode("credential", i));
        }
    }

    function _revokeDigest(
        address issuer,
        bytes32[] memory ids,
        uint256 nonce,
        uint256 deadline
    ) internal view returns (bytes32) {
        bytes32 typeHash = keccak256("Revoke(address issuer,bytes32[] credentialIds,uint256 nonce,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typeHash, issuer, keccak256(abi.encodePacked(ids)), nonce, deadline));
        return _digest("OPEM Revocations", address(revocations), structHash);
    }
}
