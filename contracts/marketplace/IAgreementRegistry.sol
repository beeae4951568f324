// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ListingKind, ListingState} from "./IListingRegistry.sol";
import {IParties} from "./IParties.sol";

enum PricePlan {
    Free,
    OneTime,
    Subscription,
    PayPerUse,
    Bank
}

/// @notice What provider and consumer sign. Only its hash is kept: who needs the terms brings them along.
/// @param listing a published listing of the provider
/// @param version of the listing's document that is agreed upon: the one in force
/// @param terms sha2-256 of the agreement's document (canonical JSON): its words, parameters and the data needed
/// @param price token units (micro-EUR): the whole of it (OneTime, Bank without interval), of one interval (Subscription, Bank)
/// or of one unit of use (PayPerUse); 0 exactly when the plan is Free
/// @param interval seconds between payments (Subscription, Bank), else 0
/// @param feeBps the marketplace's part of every payment, hundredths of a percent: the one in force
/// @param start first second in which it is in force, epoch seconds
/// @param end first second after it, 0 when it is open
/// @param notice seconds between a termination and its effect
/// @param salt tells apart agreements that are otherwise the same
/// @param deadline last instant at which it can be concluded, epoch seconds
struct Agreement {
    bytes32 listing;
    uint32 version;
    address provider;
    address consumer;
    bytes32 terms;
    PricePlan plan;
    uint96 price;
    uint32 interval;
    uint16 feeBps;
    uint40 start;
    uint40 end;
    uint32 notice;
    uint64 salt;
    uint64 deadline;
}

enum AgreementState {
    None,
    Concluded,
    Terminated
}

/// @notice Where an agreement stands.
/// @param concludedAt epoch seconds
/// @param startsAt first second in which it is in force
/// @param endsAt first second after it, 0 when it is open
struct Standing {
    AgreementState state;
    uint40 concludedAt;
    uint40 startsAt;
    uint40 endsAt;
}

/// @notice Agreements: both parties' signatures over the same terms. An agreement's id is its EIP-712 struct hash.
///
/// None → Concluded → Terminated. The end of a concluded agreement moves back only by both signatures; by one side's
/// termination it comes to the end of the notice, never later than it was.
///
/// EIP-712 domain: name `OPEM Agreements`, version `1`, chain, this contract. Types: `Agreement(bytes32 listing,uint32 version,
/// address provider,address consumer,bytes32 terms,uint8 plan,uint96 price,uint32 interval,uint16 feeBps,uint40 start,uint40
/// end,uint32 notice,uint64 salt,uint64 deadline)` and `Extension(bytes32 agreement,uint40 end,uint64 deadline)`.
interface IAgreementRegistry is IParties {
    event AgreementConcluded(
        bytes32 indexed id,
        bytes32 indexed listing,
        address indexed consumer,
        Agreement agreement
    );
    event AgreementTerminated(
        bytes32 indexed id,
        address indexed by,
        bool asProvider,
        uint40 previousEnd,
        uint40 endsAt,
        bytes32 reason
    );
    event AgreementExtended(bytes32 indexed id, uint40 previousEnd, uint40 end);
    event FeeChanged(uint16 previous, uint16 current);

    error AgreementExpired(uint64 deadline, uint256 time);
    error AgreementExists(bytes32 id);
    error AgreementListingNotPublished(bytes32 listing, ListingState state);
    error AgreementListingVersion(bytes32 listing, uint32 given, uint32 inForce);
    error AgreementNotProvider(bytes32 listing, address given, address provider);
    error AgreementWithOneself(address party);
    error AgreementFee(uint16 given, uint16 inForce);
    /// @notice Free has a price, or another plan has none; or the plan is without its interval, or has one that it does not know.
    error AgreementPlan(PricePlan plan, uint96 price, uint32 interval);
    /// @notice It ends before it starts, or ended already.
    error AgreementPeriod(uint40 start, uint40 end, uint256 time);
    error AgreementNotConcluded(bytes32 id, AgreementState state);
    error AgreementEnded(bytes32 id, uint40 endsAt, uint256 time);
    /// @notice An extension ends later than before; what is open cannot be extended.
    error AgreementNotExtended(bytes32 id, uint40 end, uint40 previousEnd);
    error AgreementFeeTooHigh(uint16 given, uint16 most);

    /// @notice Concludes an agreement that both parties signed.
    /// @dev By anybody. Both accounts are active: the consumer's as service user, the provider's as service provider; under a
    /// listing of kind Data as data user and data provider.
    /// @return id its EIP-712 struct hash
    function conclude(
        Agreement calldata agreement,
        bytes calldata consumerSignature,
        bytes calldata providerSignature
    ) external returns (bytes32 id);

    /// @notice Ends an agreement when its notice is over, or at its end if that comes first.
    /// @dev By somebody who acts for that side, with or without an active account.
    /// @param asProvider for which side the caller acts
    /// @param reason digest of the words, kept off the chain; 0 when there are none
    function terminate(Agreement calldata agreement, bool asProvider, bytes32 reason) external;

    /// @notice Moves the end of a concluded agreement that has not ended to a later one.
    /// @dev By anybody, with both parties' signatures; both accounts are active.
    /// @param end first second after the agreement, 0 to leave it open
    /// @param deadline of the signatures, epoch seconds
    function extend(
        Agreement calldata agreement,
        uint40 end,
        uint64 deadline,
        bytes calldata consumerSignature,
        bytes calldata providerSignature
    ) external;

    /// @notice Sets the fee of agreements that are concluded from now on.
    /// @dev Governor only, after the timelock; at most 2000 (20 %).
    function setFee(uint16 feeBps) external;

    function feeBps() external view returns (uint16);

    /// @notice Of state None when there is no such agreement.
    function standingOf(bytes32 id) external view returns (Standing memory);

    /// @notice Whether the agreement covers that instant, past or future, as it stands now.
    function inForce(bytes32 id, uint40 at) external view returns (bool);
}
