// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IAccountRegistry} from "../accounts/IAccountRegistry.sol";
import {Governed} from "../governance/Governed.sol";
import {IDidRegistry} from "../identity/IDidRegistry.sol";
import {Composition, CompositionState, ICompositionRegistry} from "./ICompositionRegistry.sol";
import {IListingRegistry, Listing, ListingState, providerRole} from "./IListingRegistry.sol";
import {SERVICE_USER} from "./IRepresentatives.sol";
import {Parties} from "./Parties.sol";

/// @title Services chained into one, with the leave of all their providers
contract CompositionRegistry is ICompositionRegistry, Parties, Governed {
    /// @custom:storage-location erc7201:opem.storage.CompositionRegistry
    struct CompositionStorage {
        mapping(bytes32 id => Composition) compositions;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("opem.storage.CompositionRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x920ab01e3f79f22614f6aceaf5ec32235a0993fa191cf93c873a25f657637100;
    uint256 private constant FEWEST = 2;
    uint256 private constant MOST = 8;

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IListingRegistry private immutable _listings;

    constructor(IDidRegistry dids, IAccountRegistry accounts, IListingRegistry listings) Parties(dids, accounts) {
        _listings = listings;
    }

    /// @notice Called once, with the making of the proxy.
    function initialise(address authority) external initializer {
        __AccessManaged_init(authority);
    }

    /// @inheritdoc ICompositionRegistry
    function request(bytes32 id, address user, bytes32[] calldata listings, bytes32 content) external {
        Composition storage composition = _storage().compositions[id];
        if (composition.state != CompositionState.None) revert CompositionExists(id);
        if (listings.length < FEWEST || listings.length > MOST) {
            revert CompositionLength(listings.length, FEWEST, MOST);
        }
        if (content == 0) revert CompositionWithoutContent(id);
        for (uint256 i = 0; i < listings.length; ++i) {
            _published(listings[i]);
        }
        _checkActive(user, SERVICE_USER);
        _checkActing(user, SERVICE_USER);

        (composition.user, composition.state) = (user, CompositionState.Requested);
        (composition.content, composition.listings) = (content, listings);
        emit CompositionRequested(id, user, listings, content);
    }

    /// @inheritdoc ICompositionRegistry
    function decide(bytes32 id, uint8 index, bool approve, bytes32 reason) external {
        Composition storage composition = _storage().compositions[id];
        if (composition.state != CompositionState.Requested) revert CompositionInState(id, composition.state);
        uint256 count = composition.listings.length;
        if (index >= count) revert CompositionIndex(id, index, count);
        bytes32 listing = composition.listings[index];
        _checkProvider(listing, approve);
        uint8 approvals = composition.approvals;
        // At most eight listings: the bitmap's bits.
        uint8 own = uint8(1 << index);
        if (approve && approvals & own != 0) revert CompositionAlreadyApproved(id, index);

        approvals = approve ? approvals | own : approvals & ~own;
        composition.approvals = approvals;
        emit CompositionDecided(id, listing, index, approve, approvals, msg.sender, reason);
        if (!approve) _change(id, composition, CompositionState.Rejected);
        else if (approvals == (1 << count) - 1) _change(id, composition, CompositionState.Approved);
    }

    /// @inheritdoc ICompositionRegistry
    function withdraw(bytes32 id) external {
        Composition storage composition = _storage().compositions[id];
        CompositionState state = composition.state;
        if (state != CompositionState.Requested && state != CompositionState.Approved) {
            revert CompositionInState(id, state);
        }
        _checkActing(composition.user, SERVICE_USER);
        _change(id, composition, CompositionState.Withdrawn);
    }

    /// @inheritdoc ICompositionRegistry
    function compositionOf(bytes32 id) external view returns (Composition memory) {
        return _storage().compositions[id];
    }

    function _change(bytes32 id, Composition storage composition, CompositionState current) private {
        CompositionState previous = composition.state;
        composition.state = current;
        emit CompositionStateChanged(id, previous, current, msg.sender);
    }

    /// @dev That the caller acts for the listing's provider; to approve, its account is active and the listing published.
    function _checkProvider(bytes32 id, bool approve) private view {
        Listing memory listing = approve ? _published(id) : _listings.listingOf(id);
        uint8 role = providerRole(listing.kind);
        if (approve) _checkActive(listing.provider, role);
        _checkActing(listing.provider, role);
    }

    function _published(bytes32 id) private view returns (Listing memory listing) {
        listing = _listings.listingOf(id);
        if (listing.state != ListingState.Published) revert CompositionListingNotPublished(id, listing.state);
    }

    function _storage() private pure returns (CompositionStorage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE
        }
    }
}
