// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccountStatus} from "../accounts/IAccountRegistry.sol";
import {IRepresentatives} from "./IRepresentatives.sol";

/// @notice Parties with an account: only an active account that has the role takes on something new. What it took on it can
/// end, and its money it can have, without.
interface IParties is IRepresentatives {
    /// @param roles that the account has
    /// @param role that it needs
    error PartyNotActive(address party, AccountStatus status, uint8 roles, uint8 role);

    /// @notice The id of a party's account: keccak256 of `did:ethr:0x<chain id>:0x<address>`, the hex digits in lower case and
    /// the chain id without leading zeros.
    function accountIdOf(address party) external view returns (bytes32);
}
