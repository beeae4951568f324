// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IAccountRegistry} from "../accounts/IAccountRegistry.sol";
import {Governed} from "../governance/Governed.sol";
import {IDidRegistry} from "../identity/IDidRegistry.sol";
import {IListingRegistry, Listing, ListingApproval, ListingState, providerRole} from "./IListingRegistry.sol";
import {Parties} from "./Parties.sol";

/// @title What is offered: published by its provider under the operator's approval
contract ListingRegistry is IListingRegistry, Parties, Governed, EIP712Upgradeable {
    /// @custom:storage-location erc7201:opem.storage.ListingRegistry
    struct ListingStorage {
        mapping(bytes32 listing => Listing) listings;
        mapping(bytes32 listing => address) offers;
    }

    /// @dev keccak256(abi.encode(uint256(keccak256("opem.storage.ListingRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE = 0x5ebc467d2832ce8b6bbb2c3ce7709142c9559a4514617dd42f9548bcbe046100;
    bytes32 private constant APPROVAL_TYPEHASH = keccak256(
        "ListingApproval(bytes32 listing,address provider,uint8 kind,uint32 version,bytes32 content,bytes32 providerContract,uint64 deadline)"
    );
    /// @dev The AccessManager's role of operators.
    uint64 private constant OPERATOR = 3;

    constructor(IDidRegistry dids, IAccountRegistry accounts) Parties(dids, accounts) {}

    /// @notice Called once, with the making of the proxy.
    function initialise(address authority) external initializer {
        __AccessManaged_init(authority);
    }

    /// @inheritdoc IListingRegistry
    function publish(ListingApproval calldata approval, bytes calldata signature) external {
        bytes32 previousContent = _checkNext(approval, _storage().listings[approval.listing]);
        uint8 role = providerRole(approval.kind);
        _checkActive(approval.provider, role);
        _checkActing(approval.provider, role);
        address approver = _approverOf(approval, signature);

        if (approval.version == 1) {
            _storage().listings[approval.listing] = Listing(
                approval.provider,
                approval.kind,
                ListingState.Published,
                ListingState.None,
                1,
                approval.content
            );
        } else {
            Listing storage listing = _storage().listings[approval.listing];
            (listing.version, listing.content) = (approval.version, approval.content);
        }
        emit ListingPublished(
            approval.listing,
            approval.provider,
            approval.kind,
            approval.version,
            previousContent,
            approval.content,
            approval.providerContract,
            approver
        );
    }

    /// @inheritdoc IListingRegistry
    function stop(bytes32 id, bytes32 reason) external {
        Listing storage listing = _ofCaller(id);
        if (listing.state != ListingState.Published) revert ListingInState(id, listing.state);
        _change(id, listing, ListingState.Stopped, reason);
    }

    /// @inheritdoc IListingRegistry
    function start(bytes32 id) external {
        Listing storage listing = _ofCaller(id);
        if (listing.state != ListingState.Stopped) revert ListingInState(id, listing.state);
        _checkActive(listing.provider, providerRole(listing.kind));
        _change(id, listing, ListingState.Published, 0);
    }

    /// @inheritdoc IListingRegistry
    function remove(bytes32 id, bytes32 reason) external {
        _remove(id, _ofCaller(id), reason);
    }

    /// @inheritdoc IListingRegistry
    function offer(bytes32 id, address to) external {
        Listing storage listing = _ofCaller(id);
        if (listing.state == ListingState.Removed) revert ListingInState(id, listing.state);
        _storage().offers[id] = to;
        emit ListingOffered(id, listing.provider, to);
    }

    /// @inheritdoc IListingRegistry
    function accept(bytes32 id) external {
        address to = _storage().offers[id];
        if (to == address(0)) revert ListingNotOffered(id);
        Listing storage listing = _storage().listings[id];
        uint8 role = providerRole(listing.kind);
        _checkActive(to, role);
        _checkActing(to, role);

        address previous = listing.provider;
        listing.provider = to;
        delete _storage().offers[id];
        emit ListingHandedOver(id, previous, to);
    }

    /// @inheritdoc IListingRegistry
    function suspend(bytes32 id, bytes32 reason) external restricted {
        Listing storage listing = _storage().listings[id];
        ListingState state = listing.state;
        if (state != ListingState.Published && state != ListingState.Stopped) revert ListingInState(id, state);
        listing.resumesAs = state;
        _change(id, listing, ListingState.Suspended, reason);
    }

    /// @inheritdoc IListingRegistry
    function reinstate(bytes32 id) external restricted {
        Listing storage listing = _storage().listings[id];
        if (listing.state != ListingState.Suspended) revert ListingInState(id, listing.state);
        ListingState resumesAs = listing.resumesAs;
        listing.resumesAs = ListingState.None;
        _change(id, listing, resumesAs, 0);
    }

    /// @inheritdoc IListingRegistry
    function expel(bytes32 id, bytes32 reason) external restricted {
        _remove(id, _storage().listings[id], reason);
    }

    /// @inheritdoc IListingRegistry
    function listingOf(bytes32 id) external view returns (Listing memory) {
        return _storage().listings[id];
    }

    /// @inheritdoc IListingRegistry
    function offerOf(bytes32 id) external view returns (address) {
        return _storage().offers[id];
    }

    function _remove(bytes32 id, Listing storage listing, bytes32 reason) private {
        ListingState state = listing.state;
        if (state == ListingState.None || state == ListingState.Removed) revert ListingInState(id, state);
        delete _storage().offers[id];
        _change(id, listing, ListingState.Removed, reason);
    }

    function _change(bytes32 id, Listing storage listing, ListingState current, bytes32 reason) private {
        ListingState previous = listing.state;
        listing.state = current;
        emit ListingStateChanged(id, previous, current, msg.sender, reason);
    }

    /// @dev That the approval is of the next version: of a listing that there is not yet, or of the same provider and kind.
    function _checkNext(
        ListingApproval calldata approval,
        Listing storage listing
    ) private view returns (bytes32 previousContent) {
        bytes32 id = approval.listing;
        if (block.timestamp > approval.deadline) revert ListingApprovalExpired(approval.deadline, block.timestamp);
        if (approval.content == 0) revert ListingWithoutContent(id);
        (ListingState state, uint32 next) = (listing.state, listing.version + 1);
        if (state == ListingState.Removed) revert ListingInState(id, state);
        if (approval.version != next) revert ListingVersion(id, approval.version, next);
        if (state == ListingState.None) return 0;
        if (approval.provider != listing.provider || approval.kind != listing.kind) {
            revert ListingOfAnother(id, listing.provider, listing.kind);
        }
        return listing.content;
    }

    /// @dev The listing, which exists, if the caller acts for its provider.
    function _ofCaller(bytes32 id) private view returns (Listing storage listing) {
        listing = _storage().listings[id];
        if (listing.state == ListingState.None) revert ListingInState(id, ListingState.None);
        _checkActing(listing.provider, providerRole(listing.kind));
    }

    function _approverOf(
        ListingApproval calldata approval,
        bytes calldata signature
    ) private view returns (address approver) {
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(APPROVAL_TYPEHASH, approval)));
        (approver, , ) = ECDSA.tryRecoverCalldata(digest, signature);
        (bool isOperator, ) = IAccessManager(authority()).hasRole(OPERATOR, approver);
        if (!isOperator) revert ListingApprovalInvalid(approver);
    }

    /// @dev Constants instead of storage: two cold reads less for every signature.
    function _EIP712Name() internal pure override returns (string memory) {
        return "OPEM Listings";
    }

    function _EIP712Version() internal pure override returns (string memory) {
        return "1";
    }

    function _storage() private pure returns (ListingStorage storage $) {
        assembly ("memory-safe") {
            $.slot := STORAGE
        }
    }
}
