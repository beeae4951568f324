// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccountStatus} from "../../contracts/accounts/IAccountRegistry.sol";
import {
    IListingRegistry,
    Listing,
    ListingApproval,
    ListingKind,
    ListingState
} from "../../contracts/marketplace/IListingRegistry.sol";
import {IParties} from "../../contracts/marketplace/IParties.sol";
import {IRepresentatives} from "../../contracts/marketplace/IRepresentatives.sol";
import {MarketWorld} from "./support/MarketWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice A listing's life, and every reason for which a step is refused.
contract ListingRegistryTest is MarketWorld {
    bytes32 private constant NEXT = keccak256("its next document");
    uint256 private constant RIVAL_KEY = 0x41BA;

    function test_publishesWithTheOperatorsApproval() public {
        ListingApproval memory approval = _approval(LISTING, ListingKind.Analytic, 1);
        bytes memory signature = _approve(approval);
        vm.expectEmit();
        emit IListingRegistry.ListingPublished(
            LISTING,
            provider,
            ListingKind.Analytic,
            1,
            0,
            CONTENT,
            TERMS,
            vm.addr(APPROVER_KEY)
        );
        vm.prank(provider);
        listings.publish(approval, signature);
        Listing memory listing = listings.listingOf(LISTING);
        assert(listing.provider == provider && listing.kind == ListingKind.Analytic);
        assert(listing.state == ListingState.Published && listing.version == 1 && listing.content == CONTENT);
    }

    function test_anUpdateIsTheNextVersionAndLeavesTheState() public {
        _publish(LISTING, ListingKind.Analytic);
        _suspend();
        ListingApproval memory approval = _approval(LISTING, ListingKind.Analytic, 2);
        approval.content = NEXT;
        bytes memory signature = _approve(approval);
        vm.expectEmit();
        emit IListingRegistry.ListingPublished(
            LISTING,
            provider,
            ListingKind.Analytic,
            2,
            CONTENT,
            NEXT,
            TERMS,
            vm.addr(APPROVER_KEY)
        );
        vm.prank(seller);
        listings.publish(approval, signature);
        Listing memory listing = listings.listingOf(LISTING);
        assert(listing.state == ListingState.Suspended && listing.version == 2 && listing.content == NEXT);
    }

    function test_stopsStartsAndRemoves() public {
        _publish(LISTING, ListingKind.Analytic);
        _expectChange(ListingState.Published, ListingState.Stopped, seller, REASON);
        vm.prank(seller);
        listings.stop(LISTING, REASON);
        _expectChange(ListingState.Stopped, ListingState.Published, provider, 0);
        vm.prank(provider);
        listings.start(LISTING);
        _expectChange(ListingState.Published, ListingState.Removed, provider, REASON);
        vm.prank(provider);
        listings.remove(LISTING, REASON);
    }

    function test_aSuspendedListingGetsBackTheStateThatItHad() public {
        _publish(LISTING, ListingKind.Analytic);
        vm.prank(provider);
        listings.stop(LISTING, 0);
        _expectChange(ListingState.Stopped, ListingState.Suspended, OPERATOR, REASON);
        _suspend();
        _expectChange(ListingState.Suspended, ListingState.Stopped, OPERATOR, 0);
        vm.prank(OPERATOR);
        listings.reinstate(LISTING);
        assert(listings.listingOf(LISTING).resumesAs == ListingState.None);
    }

    function test_theGovernorExpelsAfterTheTimelock() public {
        _publish(LISTING, ListingKind.Analytic);
        bytes memory data = abi.encodeCall(listings.expel, (LISTING, REASON));
        vm.prank(GOVERNOR);
        (bool done, ) = address(listings).call(data);
        assert(!done);
        _asGovernor(address(listings), data);
        assert(listings.listingOf(LISTING).state == ListingState.Removed);
    }

    function test_isHandedOverToWhoAcceptsTheOffer() public {
        _publish(LISTING, ListingKind.Analytic);
        address rival = vm.addr(RIVAL_KEY);
        _openAccount(rival, 2);
        vm.expectEmit();
        emit IListingRegistry.ListingOffered(LISTING, provider, rival);
        vm.prank(provider);
        listings.offer(LISTING, rival);
        vm.expectEmit();
        emit IListingRegistry.ListingHandedOver(LISTING, provider, rival);
        vm.prank(rival);
        listings.accept(LISTING);
        assert(listings.listingOf(LISTING).provider == rival && listings.offerOf(LISTING) == address(0));
        _expectNotActing(provider, rival, 2);
        vm.prank(provider);
        listings.stop(LISTING, 0);
    }

    function test_anOfferThatWasTakenBackOrWhoseListingIsRemovedIsNone() public {
        _publish(LISTING, ListingKind.Analytic);
        bytes memory none = abi.encodeWithSelector(IListingRegistry.ListingNotOffered.selector, LISTING);
        vm.expectRevert(none);
        listings.accept(LISTING);
        vm.prank(provider);
        listings.offer(LISTING, consumer);
        vm.prank(provider);
        listings.offer(LISTING, address(0));
        vm.expectRevert(none);
        listings.accept(LISTING);
        vm.prank(provider);
        listings.offer(LISTING, consumer);
        vm.prank(provider);
        listings.remove(LISTING, 0);
        vm.expectRevert(none);
        listings.accept(LISTING);
    }

    function test_onlyWhomItIsOfferedToAcceptsAndOnlyWithTheRole() public {
        _publish(LISTING, ListingKind.Analytic);
        vm.prank(provider);
        listings.offer(LISTING, consumer);
        vm.expectRevert(
            abi.encodeWithSelector(IParties.PartyNotActive.selector, consumer, AccountStatus.Active, 12, 2)
        );
        vm.prank(consumer);
        listings.accept(LISTING);

        address rival = vm.addr(RIVAL_KEY);
        _openAccount(rival, 2);
        vm.prank(provider);
        listings.offer(LISTING, rival);
        _expectNotActing(provider, rival, 2);
        vm.prank(provider);
        listings.accept(LISTING);
    }

    function test_dataIsPublishedByADataProvider() public {
        ListingApproval memory approval = _approval(LISTING, ListingKind.Data, 1);
        bytes memory signature = _approve(approval);
        // The seller acts as service provider only.
        _expectNotActing(seller, provider, 1);
        vm.prank(seller);
        listings.publish(approval, signature);
        vm.prank(provider);
        listings.publish(approval, signature);
    }

    function test_refusesAnExpiredApproval() public {
        ListingApproval memory approval = _approval(LISTING, ListingKind.Analytic, 1);
        approval.deadline = NOW;
        bytes memory signature = _approve(approval);
        vm.warp(NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(IListingRegistry.ListingApprovalExpired.selector, NOW, NOW + 1));
        vm.prank(provider);
        listings.publish(approval, signature);
        vm.warp(NOW);
        vm.prank(provider);
        listings.publish(approval, signature);
    }

    function test_refusesAnyVersionButTheNextAndThatTwice() public {
        ListingApproval memory approval = _approval(LISTING, ListingKind.Analytic, 2);
        _expectVersion(2, 1);
        _publishAs(provider, approval);
        approval.version = 1;
        _publishAs(provider, approval);
        _expectVersion(1, 2);
        _publishAs(provider, approval);
        approval.version = 3;
        _expectVersion(3, 2);
        _publishAs(provider, approval);
    }

    function test_refusesAListingWithoutContent() public {
        ListingApproval memory approval = _approval(LISTING, ListingKind.Analytic, 1);
        approval.content = 0;
        vm.expectRevert(abi.encodeWithSelector(IListingRegistry.ListingWithoutContent.selector, LISTING));
        _publishAs(provider, approval);
    }

    function test_refusesAnUpdateOfAnotherProviderOrKind() public {
        _publish(LISTING, ListingKind.Analytic);
        bytes memory reason = abi.encodeWithSelector(
            IListingRegistry.ListingOfAnother.selector,
            LISTING,
            provider,
            ListingKind.Analytic
        );
        ListingApproval memory approval = _approval(LISTING, ListingKind.EnergyGrid, 2);
        vm.expectRevert(reason);
        _publishAs(provider, approval);
        address rival = vm.addr(RIVAL_KEY);
        _openAccount(rival, 2);
        (approval.kind, approval.provider) = (ListingKind.Analytic, rival);
        vm.expectRevert(reason);
        _publishAs(rival, approval);
    }

    function test_refusesAnApprovalOfNobodyWhoApproves() public {
        ListingApproval memory approval = _approval(LISTING, ListingKind.Analytic, 1);
        bytes memory own = _approveAs(PROVIDER_KEY, approval);
        vm.expectRevert(abi.encodeWithSelector(IListingRegistry.ListingApprovalInvalid.selector, provider));
        vm.prank(provider);
        listings.publish(approval, own);
        vm.expectRevert(abi.encodeWithSelector(IListingRegistry.ListingApprovalInvalid.selector, address(0)));
        vm.prank(provider);
        listings.publish(approval, hex"1234");

        bytes memory signature = _approve(approval);
        manager.revokeRole(3, vm.addr(APPROVER_KEY));
        vm.expectRevert(
            abi.encodeWithSelector(IListingRegistry.ListingApprovalInvalid.selector, vm.addr(APPROVER_KEY))
        );
        vm.prank(provider);
        listings.publish(approval, signature);
    }

    /// @param field which of them is changed after it was signed
    function testFuzz_anApprovalIsOfAllThatItSays(uint8 field, uint8 by) public {
        vm.assume(by != 0);
        ListingApproval memory approval = _approval(LISTING, ListingKind.Analytic, 1);
        bytes memory signature = _approve(approval);
        field = field % 4;
        if (field == 0) approval.listing = bytes32(uint256(approval.listing) ^ by);
        else if (field == 1) approval.content = bytes32(uint256(approval.content) ^ by);
        else if (field == 2) approval.providerContract = bytes32(uint256(approval.providerContract) ^ by);
        else approval.deadline -= by;
        vm.prank(provider);
        (bool done, bytes memory reason) = address(listings).call(
            abi.encodeCall(listings.publish, (approval, signature))
        );
        assert(!done && bytes4(reason) == IListingRegistry.ListingApprovalInvalid.selector);
    }

    function test_refusesAProviderWithoutAnActiveAccountInTheRole() public {
        ListingApproval memory approval = _approval(LISTING, ListingKind.Analytic, 1);
        approval.provider = STRANGER;
        vm.expectRevert(abi.encodeWithSelector(IParties.PartyNotActive.selector, STRANGER, AccountStatus.None, 0, 2));
        _publishAs(STRANGER, approval);
        approval.provider = consumer;
        vm.expectRevert(
            abi.encodeWithSelector(IParties.PartyNotActive.selector, consumer, AccountStatus.Active, 12, 2)
        );
        _publishAs(consumer, approval);
        approval.provider = provider;
        _suspendAccount(provider);
        vm.expectRevert(
            abi.encodeWithSelector(IParties.PartyNotActive.selector, provider, AccountStatus.Suspended, 3, 2)
        );
        _publishAs(provider, approval);
    }

    function test_onlyWhoActsForTheProviderMovesItsListing() public {
        _publish(LISTING, ListingKind.Analytic);
        bytes[4] memory calls = [
            abi.encodeCall(listings.stop, (LISTING, 0)),
            abi.encodeCall(listings.start, (LISTING)),
            abi.encodeCall(listings.remove, (LISTING, 0)),
            abi.encodeCall(listings.offer, (LISTING, STRANGER))
        ];
        address[4] memory others = [STRANGER, consumer, buyer, OPERATOR];
        for (uint256 i = 0; i < 16; ++i) {
            vm.prank(others[i % 4]);
            (bool done, bytes memory reason) = address(listings).call(calls[i / 4]);
            assert(!done && bytes4(reason) == IRepresentatives.PartyNotActing.selector);
        }
    }

    function test_whoOwnsTheDidNowActsAndWhoOwnedItDoesNot() public {
        _publish(LISTING, ListingKind.Analytic);
        vm.prank(provider);
        dids.changeOwner(provider, STRANGER);
        _expectNotActing(provider, provider, 2);
        vm.prank(provider);
        listings.stop(LISTING, 0);
        vm.prank(STRANGER);
        listings.stop(LISTING, 0);
    }

    function test_aDelegateActsAsLongAsItIsValid() public {
        _publish(LISTING, ListingKind.Analytic);
        vm.warp(NOW + 365 days);
        _expectNotActing(seller, provider, 2);
        vm.prank(seller);
        listings.stop(LISTING, 0);
    }

    function test_startsOnlyWithAnActiveAccount() public {
        _publish(LISTING, ListingKind.Analytic);
        vm.prank(provider);
        listings.stop(LISTING, 0);
        _suspendAccount(provider);
        vm.expectRevert(
            abi.encodeWithSelector(IParties.PartyNotActive.selector, provider, AccountStatus.Suspended, 3, 2)
        );
        vm.prank(provider);
        listings.start(LISTING);
        vm.prank(provider);
        listings.remove(LISTING, 0);
    }

    function test_refusesEveryStepThatDoesNotFollow() public {
        bytes4 selector = IListingRegistry.ListingInState.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, LISTING, ListingState.None));
        listings.stop(LISTING, 0);
        _publish(LISTING, ListingKind.Analytic);
        vm.expectRevert(abi.encodeWithSelector(selector, LISTING, ListingState.Published));
        vm.prank(provider);
        listings.start(LISTING);
        vm.expectRevert(abi.encodeWithSelector(selector, LISTING, ListingState.Published));
        vm.prank(OPERATOR);
        listings.reinstate(LISTING);
        _suspend();
        vm.expectRevert(abi.encodeWithSelector(selector, LISTING, ListingState.Suspended));
        vm.prank(provider);
        listings.stop(LISTING, 0);
        vm.expectRevert(abi.encodeWithSelector(selector, LISTING, ListingState.Suspended));
        vm.prank(provider);
        listings.start(LISTING);
        vm.expectRevert(abi.encodeWithSelector(selector, LISTING, ListingState.Suspended));
        _suspend();
    }

    function test_removedIsForEver() public {
        _publish(LISTING, ListingKind.Analytic);
        vm.prank(provider);
        listings.remove(LISTING, 0);
        bytes memory removed = abi.encodeWithSelector(
            IListingRegistry.ListingInState.selector,
            LISTING,
            ListingState.Removed
        );
        ListingApproval memory approval = _approval(LISTING, ListingKind.Analytic, 2);
        vm.expectRevert(removed);
        _publishAs(provider, approval);
        vm.expectRevert(removed);
        vm.prank(provider);
        listings.start(LISTING);
        vm.expectRevert(removed);
        vm.prank(provider);
        listings.remove(LISTING, 0);
        vm.expectRevert(removed);
        vm.prank(provider);
        listings.offer(LISTING, consumer);
        vm.expectRevert(removed);
        _suspend();
    }

    function testFuzz_onlyTheOperatorSuspendsAndReinstatesAndOnlyTheGovernorExpels(address caller) public {
        vm.assume(caller != OPERATOR && caller != vm.addr(APPROVER_KEY) && caller != address(manager));
        _publish(LISTING, ListingKind.Analytic);
        _expectUnauthorised(caller);
        listings.suspend(LISTING, 0);
        _suspend();
        _expectUnauthorised(caller);
        listings.reinstate(LISTING);
        vm.assume(caller != GOVERNOR);
        _expectUnauthorised(caller);
        listings.expel(LISTING, 0);
    }

    function _publishAs(address by, ListingApproval memory approval) private {
        bytes memory signature = _approve(approval);
        vm.prank(by);
        listings.publish(approval, signature);
    }

    function _suspend() private {
        vm.prank(OPERATOR);
        listings.suspend(LISTING, REASON);
    }

    function _expectVersion(uint32 given, uint32 expected) private {
        vm.expectRevert(abi.encodeWithSelector(IListingRegistry.ListingVersion.selector, LISTING, given, expected));
    }

    function _expectNotActing(address caller, address party, uint8 roles) private {
        vm.expectRevert(abi.encodeWithSelector(IRepresentatives.PartyNotActing.selector, caller, party, roles));
    }

    function _expectChange(ListingState previous, ListingState current, address by, bytes32 reason) private {
        vm.expectEmit();
        emit IListingRegistry.ListingStateChanged(LISTING, previous, current, by, reason);
    }
}
