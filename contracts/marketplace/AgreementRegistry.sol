// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {IAccountRegistry} from "../accounts/IAccountRegistry.sol";
import {Governed} from "../governance/Governed.sol";
import {IDidRegistry} from "../identity/IDidRegistry.sol";
import {AgreementHash} from "./AgreementHash.sol";
import {Agreement, AgreementState, IAgreementRegistry, PricePlan, Standing} from "./IAgreementRegistry.sol";
import {IListingRegistry, Listing, ListingKind, ListingState, providerRole, userRole} from "./IListingRegistry.sol";
import {PROVIDING, USING} from "./IRepresentatives.sol";
import {Parties} from "./Parties.sol";

/// @title Agreements between a provider and a consumer, signed by both
contract AgreementRegistry is IAgreementRegistry, Parties, Governed, EIP712Upgradeable {
    using AgreementHash for Agreement;

    /// @custom:storage-location erc7201:opem.storage.AgreementRegistry
    struct AgreementStorage {
        mapping(bytes32 id => Standing) standings;
        uint16 feeBps;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("opem.storage.AgreementRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x87d99d5971f64ac55bca68e05f1dd6493d770563af81e431c8c6fca75a24ad00;
    bytes32 private constant EXTENSION_TYPEHASH = keccak256("Extension(bytes32 agreement,uint40 end,uint64 deadline)");
    uint16 private constant HIGHEST_FEE = 2000;

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IListingRegistry private immutable _listings;

    constructor(IDidRegistry dids, IAccountRegistry accounts, IListingRegistry listings) Parties(dids, accounts) {
        _listings = listings;
    }

    /// @notice Called once, with the making of the proxy.
    function initialise(address authority, uint16 initialFeeBps) external initializer {
        __AccessManaged_init(authority);
        _setFee(initialFeeBps);
    }

    /// @inheritdoc IAgreementRegistry
    function conclude(
        Agreement calldata agreement,
        bytes calldata consumerSignature,
        bytes calldata providerSignature
    ) external returns (bytes32 id) {
        if (block.timestamp > agreement.deadline) revert AgreementExpired(agreement.deadline, block.timestamp);
        id = agreement.idOf();
        if (_storage().standings[id].state != AgreementState.None) revert AgreementExists(id);
        _checkTerms(agreement);
        ListingKind kind = _checkListing(agreement);
        _checkParty(agreement.consumer, userRole(kind), id, consumerSignature);
        _checkParty(agreement.provider, providerRole(kind), id, providerSignature);

        // 40 bits of seconds last for 34,000 years.
        _storage().standings[id] = Standing(
            AgreementState.Concluded,
            uint40(block.timestamp),
            agreement.start,
            agreement.end
        );
        emit AgreementConcluded(id, agreement.listing, agreement.consumer, agreement);
    }

    /// @inheritdoc IAgreementRegistry
    function terminate(Agreement calldata agreement, bool asProvider, bytes32 reason) external {
        (bytes32 id, Standing storage standing, uint40 previousEnd) = _running(agreement);
        if (asProvider) _checkActing(agreement.provider, PROVIDING);
        else _checkActing(agreement.consumer, USING);

        uint256 noticed = block.timestamp + agreement.notice;
        uint40 endsAt = previousEnd != 0 && previousEnd < noticed ? previousEnd : uint40(noticed);
        (standing.state, standing.endsAt) = (AgreementState.Terminated, endsAt);
        emit AgreementTerminated(id, msg.sender, asProvider, previousEnd, endsAt, reason);
    }

    /// @inheritdoc IAgreementRegistry
    function extend(
        Agreement calldata agreement,
        uint40 end,
        uint64 deadline,
        bytes calldata consumerSignature,
        bytes calldata providerSignature
    ) external {
        if (block.timestamp > deadline) revert AgreementExpired(deadline, block.timestamp);
        (bytes32 id, Standing storage standing, uint40 previousEnd) = _running(agreement);
        if (previousEnd == 0 || (end != 0 && end <= previousEnd)) revert AgreementNotExtended(id, end, previousEnd);
        ListingKind kind = _listings.listingOf(agreement.listing).kind;
        bytes32 extension = keccak256(abi.encode(EXTENSION_TYPEHASH, id, end, deadline));
        _checkParty(agreement.consumer, userRole(kind), extension, consumerSignature);
        _checkParty(agreement.provider, providerRole(kind), extension, providerSignature);

        standing.endsAt = end;
        emit AgreementExtended(id, previousEnd, end);
    }

    /// @inheritdoc IAgreementRegistry
    function setFee(uint16 newFeeBps) external restricted {
        _setFee(newFeeBps);
    }

    /// @inheritdoc IAgreementRegistry
    function feeBps() external view returns (uint16) {
        return _storage().feeBps;
    }

    /// @inheritdoc IAgreementRegistry
    function standingOf(bytes32 id) external view returns (Standing memory) {
        return _storage().standings[id];
    }

    /// @inheritdoc IAgreementRegistry
    function inForce(bytes32 id, uint40 at) external view returns (bool) {
        Standing memory standing = _storage().standings[id];
        if (standing.state == AgreementState.None) return false;
        return standing.startsAt <= at && (standing.endsAt == 0 || at < standing.endsAt);
    }

    function _setFee(uint16 current) private {
        if (current > HIGHEST_FEE) revert AgreementFeeTooHigh(current, HIGHEST_FEE);
        uint16 previous = _storage().feeBps;
        _storage().feeBps = current;
        emit FeeChanged(previous, current);
    }

    /// @dev An agreement that is concluded, not terminated and not at its end.
    function _running(
        Agreement calldata agreement
    ) private view returns (bytes32 id, Standing storage standing, uint40 endsAt) {
        id = agreement.idOf();
        standing = _storage().standings[id];
        endsAt = standing.endsAt;
        if (standing.state != AgreementState.Concluded) revert AgreementNotConcluded(id, standing.state);
        if (endsAt != 0 && endsAt <= block.timestamp) revert AgreementEnded(id, endsAt, block.timestamp);
    }

    /// @dev What the terms say by themselves, and the fee.
    function _checkTerms(Agreement calldata agreement) private view {
        (PricePlan plan, uint96 price, uint32 interval) = (agreement.plan, agreement.price, agreement.interval);
        bool hasInterval = interval != 0;
        bool fits = plan == PricePlan.Bank || hasInterval == (plan == PricePlan.Subscription);
        if (!fits || (price == 0) != (plan == PricePlan.Free)) revert AgreementPlan(plan, price, interval);
        (uint40 start, uint40 end) = (agreement.start, agreement.end);
        if (end != 0 && (end <= start || end <= block.timestamp)) revert AgreementPeriod(start, end, block.timestamp);
        uint16 fee = _storage().feeBps;
        if (agreement.feeBps != fee) revert AgreementFee(agreement.feeBps, fee);
        if (agreement.provider == agreement.consumer) revert AgreementWithOneself(agreement.provider);
    }

    function _checkListing(Agreement calldata agreement) private view returns (ListingKind) {
        bytes32 id = agreement.listing;
        Listing memory listing = _listings.listingOf(id);
        if (listing.state != ListingState.Published) revert AgreementListingNotPublished(id, listing.state);
        if (listing.version != agreement.version) {
            revert AgreementListingVersion(id, agreement.version, listing.version);
        }
        if (listing.provider != agreement.provider) {
            revert AgreementNotProvider(id, agreement.provider, listing.provider);
        }
        return listing.kind;
    }

    function _checkParty(address party, uint8 role, bytes32 structHash, bytes calldata signature) private view {
        _checkActive(party, role);
        _checkSigned(party, role, _hashTypedDataV4(structHash), signature);
    }

    /// @dev Constants instead of storage: two cold reads less for every signature.
    function _EIP712Name() internal pure override returns (string memory) {
        return "OPEM Agreements";
    }

    function _EIP712Version() internal pure override returns (string memory) {
        return "1";
    }

    function _storage() private pure returns (AgreementStorage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE
        }
    }
}
