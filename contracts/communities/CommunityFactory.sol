// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {EnergyCommunity} from "./EnergyCommunity.sol";
import {CommunityTerms, ICommunityFactory} from "./ICommunityFactory.sol";
import {RuleVersion} from "./IEnergyCommunity.sol";
import {ISettlement} from "./ISettlement.sol";

/// @title Founds communities, each a minimal proxy of one implementation
contract CommunityFactory is ICommunityFactory {
    /// @dev Keccak leaves; 2 is kept for a proof-friendly hash.
    uint8 private constant SCHEME_KECCAK = 1;

    ISettlement private immutable _settlement;
    address private immutable _implementation;

    mapping(address community => bool) private _communities;

    constructor(ISettlement settlement) {
        _settlement = settlement;
        _implementation = address(new EnergyCommunity(settlement, address(this)));
    }

    /// @inheritdoc ICommunityFactory
    function createCommunity(
        CommunityTerms calldata terms,
        RuleVersion[] calldata rules
    ) external returns (address community) {
        uint32 length = terms.periodSeconds;
        if (length != 900 && length != 3600) revert FactoryPeriodLength(length);
        if (terms.startsAt % length != 0) revert FactoryStartNotOnPeriod(terms.startsAt, length);
        if (terms.scheme != SCHEME_KECCAK) revert FactoryScheme(terms.scheme);

        bool historic = terms.startsAt < block.timestamp;
        community = Clones.clone(_implementation);
        _communities[community] = true;
        emit CommunityCreated(community, msg.sender, terms.profileHash, length, terms.scheme, terms.startsAt, historic);
        _settlement.registerCommunity(community, length, terms.startsAt);
        EnergyCommunity(community).initialise(msg.sender, length, terms.startsAt, historic, rules);
    }

    /// @inheritdoc ICommunityFactory
    function isCommunity(address community) external view returns (bool) {
        return _communities[community];
    }
}
