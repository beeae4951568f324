// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IParties} from "./IParties.sol";
import {DATA_PROVIDER, DATA_USER, SERVICE_PROVIDER, SERVICE_USER} from "./IRepresentatives.sol";

enum ListingKind {
    Analytic,
    Data,
    EnergyGrid,
    Composed
}

/// @dev Stopped by its provider, Suspended by the operator; Removed is for ever.
enum ListingState {
    None,
    Published,
    Stopped,
    Suspended,
    Removed
}

/// @dev In which role somebody provides or uses what a listing of that kind offers.
function providerRole(ListingKind kind) pure returns (uint8) {
    return kind == ListingKind.Data ? DATA_PROVIDER : SERVICE_PROVIDER;
}

function userRole(ListingKind kind) pure returns (uint8) {
    return kind == ListingKind.Data ? DATA_USER : SERVICE_USER;
}

/// @notice A service or data set that is offered.
/// @param provider address of the provider's `did:ethr`
/// @param resumesAs the state that a suspended listing gets back
/// @param version of its document, counted from 1
/// @param content sha2-256 of the listing's document (canonical JSON, RFC 8785): its CID is CIDv1 raw of this digest
struct Listing {
    address provider;
    ListingKind kind;
    ListingState state;
    ListingState resumesAs;
    uint32 version;
    bytes32 content;
}

/// @notice What the operator signs: that this version of this document of this provider may be published.
/// @param listing the listing's id, 32 random bytes
/// @param version 1 makes the listing, one more than the version in force updates it
/// @param providerContract sha2-256 of the contract between provider and marketplace under which it is published; the
/// transaction is the provider's signature below it, the approval the marketplace's
/// @param deadline last instant, epoch seconds
struct ListingApproval {
    bytes32 listing;
    address provider;
    ListingKind kind;
    uint32 version;
    bytes32 content;
    bytes32 providerContract;
    uint64 deadline;
}

/// @notice What is offered on the marketplace, by whom, in which version of its document. Drafts are no business of the chain.
///
/// None → Published ⇄ Stopped; from both to Suspended and back to what it was; from each but None to Removed, which is for ever.
/// A provider acts as service provider, of a listing of kind Data as data provider.
///
/// EIP-712 domain: name `OPEM Listings`, version `1`, chain, this contract. Type: `ListingApproval(bytes32 listing,address
/// provider,uint8 kind,uint32 version,bytes32 content,bytes32 providerContract,uint64 deadline)`.
interface IListingRegistry is IParties {
    /// @notice Version 1 took the listing from None to Published; a later one left the state as it was.
    /// @param previousContent of the version before, 0 when there was none
    /// @param approver the operator who signed the approval
    event ListingPublished(
        bytes32 indexed listing,
        address indexed provider,
        ListingKind indexed kind,
        uint32 version,
        bytes32 previousContent,
        bytes32 content,
        bytes32 providerContract,
        address approver
    );
    /// @param reason digest of the words, kept off the chain; 0 when there are none
    event ListingStateChanged(
        bytes32 indexed listing,
        ListingState previous,
        ListingState current,
        address by,
        bytes32 reason
    );
    /// @param to to whom the listing is offered; 0 when an offer was taken back
    event ListingOffered(bytes32 indexed listing, address indexed from, address indexed to);
    event ListingHandedOver(bytes32 indexed listing, address indexed previous, address indexed current);

    error ListingApprovalExpired(uint64 deadline, uint256 time);
    error ListingVersion(bytes32 listing, uint32 given, uint32 expected);
    error ListingWithoutContent(bytes32 listing);
    /// @notice An update is of the same provider and kind.
    error ListingOfAnother(bytes32 listing, address provider, ListingKind kind);
    /// @notice Who signed the approval is no operator.
    error ListingApprovalInvalid(address recovered);
    /// @notice The step does not follow from this state.
    error ListingInState(bytes32 listing, ListingState state);
    error ListingNotOffered(bytes32 listing);

    /// @notice Publishes a listing, or its next version. State stays what it is when it is an update.
    /// @dev By somebody who acts for the provider, whose account is active in the role.
    /// @param signature of `approval`, by the key of an account that holds the role of operators in the AccessManager
    function publish(ListingApproval calldata approval, bytes calldata signature) external;

    /// @notice Stops a published listing: nothing new is contracted under it.
    /// @dev By somebody who acts for the provider.
    function stop(bytes32 listing, bytes32 reason) external;

    /// @dev By somebody who acts for the provider, whose account is active; a stopped listing.
    function start(bytes32 listing) external;

    /// @notice Ends a listing for ever. Agreements under it go on.
    /// @dev By somebody who acts for the provider.
    function remove(bytes32 listing, bytes32 reason) external;

    /// @notice Offers the listing to another provider; another offer, or 0, takes its place.
    /// @dev By somebody who acts for the provider. Agreements that were concluded stay with who concluded them.
    function offer(bytes32 listing, address to) external;

    /// @notice Takes over a listing that was offered.
    /// @dev By somebody who acts for whom it was offered to, whose account is active in the role.
    function accept(bytes32 listing) external;

    /// @dev Operator only; a published or stopped listing.
    function suspend(bytes32 listing, bytes32 reason) external;

    /// @dev Operator only; a suspended listing.
    function reinstate(bytes32 listing) external;

    /// @notice Ends a listing for ever against its provider's will.
    /// @dev Governor only, after the timelock.
    function expel(bytes32 listing, bytes32 reason) external;

    /// @notice A listing as it is; of state None when there is no such listing.
    function listingOf(bytes32 listing) external view returns (Listing memory);

    /// @notice To whom the listing is offered, 0 when to nobody.
    function offerOf(bytes32 listing) external view returns (address);
}
