// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IDidRegistry} from "../identity/IDidRegistry.sol";
import {IAgreementRegistry} from "../marketplace/IAgreementRegistry.sol";
import {Representatives} from "../marketplace/Representatives.sol";
import {IEscrow} from "./IEscrow.sol";
import {Payments} from "./Payments.sol";
import {Purses} from "./Purses.sol";
import {Reserves} from "./Reserves.sol";

/// @title The money of the marketplace: purses, held payments, reserves
/// @dev Cannot be upgraded. Warning: it believes the AgreementRegistry, whose upgrades wait for the timelock; what is in a
/// purse can be withdrawn before one takes effect.
contract Escrow is IEscrow, Reserves {
    /// @param acceptance seconds in which a consumer disputes a payment
    /// @param decision seconds in which the operator decides a dispute
    /// @param closing seconds in which a provider claims after a reserve is closed
    constructor(
        address authority,
        IERC20 token,
        IDidRegistry dids,
        IAgreementRegistry agreements,
        address treasury,
        uint32 acceptance,
        uint32 decision,
        uint32 closing
    )
        AccessManaged(authority)
        Representatives(dids)
        Purses(token, treasury)
        Payments(agreements, acceptance, decision)
        Reserves(closing)
    {}
}
