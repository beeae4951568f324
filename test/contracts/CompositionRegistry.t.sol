// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccountStatus} from "../../contracts/accounts/IAccountRegistry.sol";
import {
    Composition,
    CompositionState,
    ICompositionRegistry
} from "../../contracts/marketplace/ICompositionRegistry.sol";
import {ListingApproval, ListingKind, ListingState} from "../../contracts/marketplace/IListingRegistry.sol";
import {IParties} from "../../contracts/marketplace/IParties.sol";
import {IRepresentatives} from "../../contracts/marketplace/IRepresentatives.sol";
import {MarketWorld} from "./support/MarketWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice A composition's life, and every reason for which a step is refused.
contract CompositionRegistryTest is MarketWorld {
    bytes32 private constant CHAIN = keccak256("a chain");
    bytes32 private constant OTHER = keccak256("a listing of another");
    uint256 private constant RIVAL_KEY = 0x41BA;
    address private _rival;

    function setUp() public override {
        super.setUp();
        _publish(LISTING, ListingKind.Analytic);
        _rival = vm.addr(RIVAL_KEY);
        _openAccount(_rival, 2);
        ListingApproval memory approval = _approval(OTHER, ListingKind.EnergyGrid, 1);
        approval.provider = _rival;
        bytes memory signature = _approve(approval);
        vm.prank(_rival);
        listings.publish(approval, signature);
    }

    function test_isApprovedOnceAllProvidersApproved() public {
        vm.expectEmit();
        emit ICompositionRegistry.CompositionRequested(CHAIN, consumer, _both(), CONTENT);
        vm.prank(buyer);
        compositions.request(CHAIN, consumer, _both(), CONTENT);
        vm.expectEmit();
        emit ICompositionRegistry.CompositionDecided(CHAIN, OTHER, 1, true, 2, _rival, 0);
        vm.prank(_rival);
        compositions.decide(CHAIN, 1, true, 0);
        assert(compositions.compositionOf(CHAIN).state == CompositionState.Requested);
        vm.expectEmit();
        emit ICompositionRegistry.CompositionDecided(CHAIN, LISTING, 0, true, 3, seller, REASON);
        vm.expectEmit();
        emit ICompositionRegistry.CompositionStateChanged(
            CHAIN,
            CompositionState.Requested,
            CompositionState.Approved,
            seller
        );
        vm.prank(seller);
        compositions.decide(CHAIN, 0, true, REASON);
        Composition memory composition = compositions.compositionOf(CHAIN);
        assert(composition.user == consumer && composition.approvals == 3 && composition.content == CONTENT);
        assert(composition.listings.length == 2 && composition.listings[1] == OTHER);
        vm.prank(consumer);
        compositions.withdraw(CHAIN);
        assert(compositions.compositionOf(CHAIN).state == CompositionState.Withdrawn);
    }

    function test_oneRejectionRejectsIt() public {
        _request();
        vm.prank(provider);
        compositions.decide(CHAIN, 0, true, 0);
        // What is rejected need not be published any more.
        vm.prank(_rival);
        listings.remove(OTHER, 0);
        vm.expectEmit();
        emit ICompositionRegistry.CompositionStateChanged(
            CHAIN,
            CompositionState.Requested,
            CompositionState.Rejected,
            _rival
        );
        vm.prank(_rival);
        compositions.decide(CHAIN, 1, false, REASON);
        _expectState(CompositionState.Rejected);
        vm.prank(provider);
        compositions.decide(CHAIN, 0, false, 0);
        _expectState(CompositionState.Rejected);
        vm.prank(consumer);
        compositions.withdraw(CHAIN);
    }

    function test_aProviderTakesBackAnApprovalByRejecting() public {
        _request();
        vm.prank(provider);
        compositions.decide(CHAIN, 0, true, 0);
        vm.prank(provider);
        compositions.decide(CHAIN, 0, false, 0);
        Composition memory composition = compositions.compositionOf(CHAIN);
        assert(composition.state == CompositionState.Rejected && composition.approvals == 0);
    }

    function test_eightAreTheMostAndTwoTheFewest() public {
        _refusesLength(0);
        _refusesLength(1);
        _refusesLength(9);
        bytes32[] memory eight = _times(8);
        vm.prank(consumer);
        compositions.request(CHAIN, consumer, eight, CONTENT);
        for (uint8 i = 0; i < 8; ++i) {
            assert(compositions.compositionOf(CHAIN).state == CompositionState.Requested);
            vm.prank(provider);
            compositions.decide(CHAIN, i, true, 0);
        }
        assert(compositions.compositionOf(CHAIN).state == CompositionState.Approved);
    }

    function test_refusesAnIdThatIsTakenAndAChainWithoutContent() public {
        vm.expectRevert(abi.encodeWithSelector(ICompositionRegistry.CompositionWithoutContent.selector, CHAIN));
        vm.prank(consumer);
        compositions.request(CHAIN, consumer, _both(), 0);
        _request();
        vm.expectRevert(abi.encodeWithSelector(ICompositionRegistry.CompositionExists.selector, CHAIN));
        _request();
    }

    function test_refusesListingsThatAreNotPublished() public {
        vm.prank(_rival);
        listings.stop(OTHER, 0);
        _expectNotPublished();
        _request();
        vm.prank(_rival);
        listings.start(OTHER);
        _request();
        vm.prank(_rival);
        listings.stop(OTHER, 0);
        _expectNotPublished();
        vm.prank(_rival);
        compositions.decide(CHAIN, 1, true, 0);
    }

    function test_refusesAnIndexBeyondTheChainAndASecondApproval() public {
        _request();
        vm.expectRevert(abi.encodeWithSelector(ICompositionRegistry.CompositionIndex.selector, CHAIN, 2, 2));
        vm.prank(provider);
        compositions.decide(CHAIN, 2, true, 0);
        vm.prank(provider);
        compositions.decide(CHAIN, 0, true, 0);
        vm.expectRevert(abi.encodeWithSelector(ICompositionRegistry.CompositionAlreadyApproved.selector, CHAIN, 0));
        vm.prank(provider);
        compositions.decide(CHAIN, 0, true, 0);
    }

    function test_refusesToDecideOrWithdrawWhatWasNotRequested() public {
        _expectState(CompositionState.None);
        compositions.decide(CHAIN, 0, true, 0);
        _expectState(CompositionState.None);
        compositions.withdraw(CHAIN);
        _request();
        vm.prank(consumer);
        compositions.withdraw(CHAIN);
        _expectState(CompositionState.Withdrawn);
        vm.prank(provider);
        compositions.decide(CHAIN, 0, true, 0);
    }

    function test_onlyActiveAccountsRequestAndApprove() public {
        vm.expectRevert(abi.encodeWithSelector(IParties.PartyNotActive.selector, _rival, AccountStatus.Active, 2, 8));
        vm.prank(_rival);
        compositions.request(CHAIN, _rival, _both(), CONTENT);
        _request();
        _suspendAccount(_rival);
        vm.expectRevert(
            abi.encodeWithSelector(IParties.PartyNotActive.selector, _rival, AccountStatus.Suspended, 2, 2)
        );
        vm.prank(_rival);
        compositions.decide(CHAIN, 1, true, 0);
        vm.prank(_rival);
        compositions.decide(CHAIN, 1, false, 0);
    }

    function testFuzz_nobodyActsForOthers(address caller) public {
        vm.assume(caller != consumer && caller != buyer && caller != provider && caller != seller);
        _refused(caller, abi.encodeCall(compositions.request, (CHAIN, consumer, _both(), CONTENT)));
        _request();
        _refused(caller, abi.encodeCall(compositions.decide, (CHAIN, 0, true, 0)));
        _refused(caller, abi.encodeCall(compositions.decide, (CHAIN, 0, false, 0)));
        _refused(caller, abi.encodeCall(compositions.withdraw, (CHAIN)));
        _refused(provider, abi.encodeCall(compositions.decide, (CHAIN, 1, true, 0)));
        _refused(provider, abi.encodeCall(compositions.withdraw, (CHAIN)));
    }

    function _refused(address caller, bytes memory data) private {
        vm.prank(caller);
        (bool done, bytes memory reason) = address(compositions).call(data);
        assert(!done && bytes4(reason) == IRepresentatives.PartyNotActing.selector);
    }

    function _request() private {
        vm.prank(consumer);
        compositions.request(CHAIN, consumer, _both(), CONTENT);
    }

    function _refusesLength(uint256 length) private {
        bytes32[] memory chain = _times(length);
        vm.expectRevert(abi.encodeWithSelector(ICompositionRegistry.CompositionLength.selector, length, 2, 8));
        vm.prank(consumer);
        compositions.request(CHAIN, consumer, chain, CONTENT);
    }

    function _expectNotPublished() private {
        vm.expectRevert(
            abi.encodeWithSelector(
                ICompositionRegistry.CompositionListingNotPublished.selector,
                OTHER,
                ListingState.Stopped
            )
        );
    }

    function _expectState(CompositionState state) private {
        vm.expectRevert(abi.encodeWithSelector(ICompositionRegistry.CompositionInState.selector, CHAIN, state));
    }

    function _both() private pure returns (bytes32[] memory both) {
        both = new bytes32[](2);
        (both[0], both[1]) = (LISTING, OTHER);
    }

    function _times(uint256 length) private pure returns (bytes32[] memory chain) {
        chain = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) {
            chain[i] = LISTING;
        }
    }
}
