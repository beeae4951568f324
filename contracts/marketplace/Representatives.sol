// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IDidRegistry} from "../identity/IDidRegistry.sol";
import {DATA_PROVIDER, DATA_USER, IRepresentatives, SERVICE_PROVIDER, SERVICE_USER} from "./IRepresentatives.sol";

/// @title Who acts for a party: its owner in ERC-1056, and the delegates that the owner named for a role
abstract contract Representatives is IRepresentatives {
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IDidRegistry internal immutable _dids;

    constructor(IDidRegistry dids) {
        _dids = dids;
    }

    /// @dev That the caller acts for the party in one of the roles.
    function _checkActing(address party, uint8 roles) internal view {
        if (!_actsFor(party, _dids.identityOwner(party), roles, msg.sender)) {
            revert PartyNotActing(msg.sender, party, roles);
        }
    }

    /// @dev That somebody who acts for the party in one of the roles signed: a key first (also that of an account with
    /// code, ERC-7702), then ERC-1271 of the owner. High-S signatures recover nobody.
    function _checkSigned(address party, uint8 roles, bytes32 digest, bytes calldata signature) internal view {
        address owner = _dids.identityOwner(party);
        (address signer, ECDSA.RecoverError failed, ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failed == ECDSA.RecoverError.NoError && _actsFor(party, owner, roles, signer)) return;
        if (owner.code.length > 0 && SignatureChecker.isValidERC1271SignatureNow(owner, digest, signature)) return;
        revert PartySignatureInvalid(party, roles, signer);
    }

    /// @dev Asks at most once for each of the four roles.
    function _actsFor(address party, address owner, uint8 roles, address actor) private view returns (bool) {
        if (actor == owner) return true;
        for (uint8 role = DATA_PROVIDER; role <= SERVICE_USER; role <<= 1) {
            if (roles & role != 0 && _dids.validDelegate(party, _delegateType(role), actor)) return true;
        }
        return false;
    }

    function _delegateType(uint8 role) private pure returns (bytes32) {
        if (role == DATA_PROVIDER) return "opem/data-provider";
        if (role == SERVICE_PROVIDER) return "opem/service-provider";
        if (role == DATA_USER) return "opem/data-user";
        return "opem/service-user";
    }
}
