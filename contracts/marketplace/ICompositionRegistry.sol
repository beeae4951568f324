// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {ListingState} from "./IListingRegistry.sol";
import {IParties} from "./IParties.sol";

enum CompositionState {
    None,
    Requested,
    Approved,
    Rejected,
    Withdrawn
}

/// @notice A chain of services that somebody wants to use as one.
/// @param approvals bitmap: bit i is set when the provider of `listings[i]` approved
/// @param content sha2-256 of the composition's document
/// @param listings in the order in which they run
struct Composition {
    address user;
    CompositionState state;
    uint8 approvals;
    bytes32 content;
    bytes32[] listings;
}

/// @notice Compositions of two to eight listings. Requested → Approved once every provider approved, Rejected when one does
/// not, Withdrawn by its user. What may follow what is said by the listings' documents and checked off the chain.
interface ICompositionRegistry is IParties {
    event CompositionRequested(bytes32 indexed id, address indexed user, bytes32[] listings, bytes32 content);
    /// @param approvals bitmap after the decision
    event CompositionDecided(
        bytes32 indexed id,
        bytes32 indexed listing,
        uint8 index,
        bool approved,
        uint8 approvals,
        address by,
        bytes32 reason
    );
    event CompositionStateChanged(bytes32 indexed id, CompositionState previous, CompositionState current, address by);

    error CompositionExists(bytes32 id);
    error CompositionLength(uint256 given, uint256 fewest, uint256 most);
    error CompositionWithoutContent(bytes32 id);
    error CompositionListingNotPublished(bytes32 listing, ListingState state);
    error CompositionInState(bytes32 id, CompositionState state);
    error CompositionIndex(bytes32 id, uint8 given, uint256 count);
    error CompositionAlreadyApproved(bytes32 id, uint8 index);

    /// @notice Asks the providers of published listings for leave to chain them.
    /// @dev By somebody who acts for the user, whose account is active as service user.
    function request(bytes32 id, address user, bytes32[] calldata listings, bytes32 content) external;

    /// @notice Approves or rejects one part of a requested composition.
    /// @dev By somebody who acts for the provider of that listing now. To approve, the listing is published and the provider's
    /// account active.
    /// @param reason digest of the words, kept off the chain; 0 when there are none
    function decide(bytes32 id, uint8 index, bool approve, bytes32 reason) external;

    /// @dev By somebody who acts for the user; a requested or approved composition.
    function withdraw(bytes32 id) external;

    /// @notice Of state None when there is none.
    function compositionOf(bytes32 id) external view returns (Composition memory);
}
