// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {RuleVersion} from "./IEnergyCommunity.sol";

/// @notice What a community is founded with. Nothing here names a person.
/// @param profileHash keccak256 of the community's off-chain profile (name, time zone), held by the marketplace
/// @param periodSeconds length of a delivery period: 900 or 3600, fixed for the community's life
/// @param scheme version of the commitment scheme of its balances: 1 = keccak leaves
/// @param startsAt start of the first delivery period, a multiple of `periodSeconds`.
/// In the past it makes the community *historic*: its record says that its first rules were committed after the fact.
struct CommunityTerms {
    bytes32 profileHash;
    uint32 periodSeconds;
    uint8 scheme;
    uint64 startsAt;
}

/// @notice Founds communities: one clone of `EnergyCommunity` each.
interface ICommunityFactory {
    /// @notice A community was founded by `administrator`.
    event CommunityCreated(
        address indexed community,
        address indexed administrator,
        bytes32 profileHash,
        uint32 periodSeconds,
        uint8 scheme,
        uint64 startsAt,
        bool historic
    );

    /// @notice A period is 900 or 3600 seconds long.
    error FactoryPeriodLength(uint32 given);
    /// @notice The first period starts on a multiple of `periodSeconds` since the epoch.
    error FactoryStartNotOnPeriod(uint64 startsAt, uint32 periodSeconds);
    /// @notice Only scheme 1 (keccak leaves) is known.
    error FactoryScheme(uint8 given);

    /// @notice Founds a community that `msg.sender` administers, with at least one rule version (the first from `startsAt`).
    /// @dev Only here may rule versions start in the past, and only of a historic community: nothing is settled yet.
    function createCommunity(
        CommunityTerms calldata terms,
        RuleVersion[] calldata rules
    ) external returns (address community);

    /// @notice Whether this factory founded `community`.
    function isCommunity(address community) external view returns (bool);
}
