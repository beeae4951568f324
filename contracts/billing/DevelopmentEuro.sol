// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title A euro for marketplaces that name no token: the operator makes it from nothing
/// @dev Warning: it is worth nothing. Six decimals: a unit is a micro-EUR.
contract DevelopmentEuro is ERC20Permit, AccessManaged {
    constructor(
        address authority
    ) ERC20("Development Euro", "dEUR") ERC20Permit("Development Euro") AccessManaged(authority) {}

    /// @dev Operator only.
    function mint(address to, uint256 amount) external restricted {
        _mint(to, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
