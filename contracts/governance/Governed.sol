// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManagedUpgradeable} from "@openzeppelin/contracts-upgradeable/access/manager/AccessManagedUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";

/// @title What every registry has: an AccessManager that says who may do what, and upgrades that wait for its timelock
/// @dev Lives behind an ERC1967Proxy. The implementation itself can never be initialised. State of a registry is in its own
/// ERC-7201 namespace, so that an upgrade of a parent moves nothing.
abstract contract Governed is AccessManagedUpgradeable, UUPSUpgradeable {
    constructor() {
        _disableInitializers();
    }

    /// @dev Whoever the AccessManager lets call `upgradeToAndCall`: the governor, after the timelock.
    function _authorizeUpgrade(address) internal override restricted {}
}
