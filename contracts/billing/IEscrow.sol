// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IPayments} from "./IPayments.sol";
import {IPurses} from "./IPurses.sol";
import {IReserves} from "./IReserves.sol";

/// @notice The money of the marketplace. What it holds of the token is always the sum of what is available to parties, held
/// in payments, set aside in reserves and due in fees.
interface IEscrow is IReserves, IPayments, IPurses {}
