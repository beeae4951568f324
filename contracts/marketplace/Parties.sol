// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Account, AccountStatus, IAccountRegistry} from "../accounts/IAccountRegistry.sol";
import {IDidRegistry} from "../identity/IDidRegistry.sol";
import {DidText} from "./DidText.sol";
import {IParties} from "./IParties.sol";
import {Representatives} from "./Representatives.sol";

/// @title Parties that have an account, and who acts for them
abstract contract Parties is IParties, Representatives {
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IAccountRegistry private immutable _accounts;
    /// @dev Of the chain on which the accounts were opened, also after a fork of it.
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    bytes32 private immutable _prefix;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    uint256 private immutable _prefixLength;

    constructor(IDidRegistry dids, IAccountRegistry accounts) Representatives(dids) {
        _accounts = accounts;
        (_prefix, _prefixLength) = DidText.prefixOf(block.chainid);
    }

    /// @inheritdoc IParties
    function accountIdOf(address party) public view returns (bytes32) {
        return DidText.hashOf(_prefix, _prefixLength, party);
    }

    /// @dev That the party's account is active and has the role.
    function _checkActive(address party, uint8 role) internal view {
        Account memory account = _accounts.accountOf(accountIdOf(party));
        if (account.status != AccountStatus.Active || account.roles & role == 0) {
            revert PartyNotActive(party, account.status, account.roles, role);
        }
    }
}
