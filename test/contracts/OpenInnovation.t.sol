// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccountStatus} from "../../contracts/accounts/IAccountRegistry.sol";
import {InnovationRequest, InnovationState, IOpenInnovation} from "../../contracts/marketplace/IOpenInnovation.sol";
import {IParties} from "../../contracts/marketplace/IParties.sol";
import {IRepresentatives} from "../../contracts/marketplace/IRepresentatives.sol";
import {MarketWorld} from "./support/MarketWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice Wishes and proposals, and every reason for which a step is refused.
contract OpenInnovationTest is MarketWorld {
    bytes32 private constant WISH = keccak256("a wish");
    bytes32 private constant ANSWER = keccak256("a proposal");
    uint40 private constant CLOSES = uint40(NOW + 10 days);

    function test_isAskedProposedAndChosen() public {
        vm.expectEmit();
        emit IOpenInnovation.InnovationRequested(WISH, consumer, CONTENT, CLOSES);
        vm.prank(buyer);
        innovation.request(WISH, consumer, CONTENT, CLOSES);
        vm.expectEmit();
        emit IOpenInnovation.InnovationProposed(WISH, ANSWER, provider, TERMS);
        vm.prank(seller);
        innovation.propose(WISH, ANSWER, provider, TERMS);

        // A choice is possible after it closed.
        vm.warp(CLOSES + 1);
        vm.expectEmit();
        emit IOpenInnovation.RequestStateChanged(WISH, InnovationState.Open, InnovationState.Chosen, consumer);
        vm.expectEmit();
        emit IOpenInnovation.ProposalStateChanged(WISH, ANSWER, InnovationState.Open, InnovationState.Chosen, consumer);
        vm.prank(consumer);
        innovation.choose(WISH, ANSWER);
        InnovationRequest memory wish = innovation.requestOf(WISH);
        assert(wish.state == InnovationState.Chosen && wish.chosen == ANSWER && wish.user == consumer);
        assert(innovation.proposalOf(ANSWER).state == InnovationState.Chosen);
    }

    function test_bothAreWithdrawn() public {
        _ask();
        _propose();
        vm.expectEmit();
        emit IOpenInnovation.ProposalStateChanged(
            WISH,
            ANSWER,
            InnovationState.Open,
            InnovationState.Withdrawn,
            seller
        );
        vm.prank(seller);
        innovation.withdrawProposal(ANSWER);
        vm.expectEmit();
        emit IOpenInnovation.RequestStateChanged(WISH, InnovationState.Open, InnovationState.Withdrawn, buyer);
        vm.prank(buyer);
        innovation.withdrawRequest(WISH);
    }

    function test_refusesAnIdThatIsTaken() public {
        _ask();
        vm.expectRevert(abi.encodeWithSelector(IOpenInnovation.InnovationExists.selector, WISH));
        _ask();
        _propose();
        vm.expectRevert(abi.encodeWithSelector(IOpenInnovation.InnovationExists.selector, ANSWER));
        _propose();
    }

    function test_refusesWishesAndProposalsWithoutContent() public {
        vm.expectRevert(abi.encodeWithSelector(IOpenInnovation.InnovationWithoutContent.selector, WISH));
        vm.prank(consumer);
        innovation.request(WISH, consumer, 0, CLOSES);
        _ask();
        vm.expectRevert(abi.encodeWithSelector(IOpenInnovation.InnovationWithoutContent.selector, ANSWER));
        vm.prank(provider);
        innovation.propose(WISH, ANSWER, provider, 0);
    }

    function test_refusesAWishThatClosedAlready() public {
        vm.expectRevert(abi.encodeWithSelector(IOpenInnovation.InnovationClosesInThePast.selector, NOW, NOW));
        vm.prank(consumer);
        innovation.request(WISH, consumer, CONTENT, uint40(NOW));
    }

    function test_refusesAProposalOnceItIsClosed() public {
        _ask();
        vm.warp(CLOSES);
        vm.expectRevert(abi.encodeWithSelector(IOpenInnovation.InnovationClosed.selector, WISH, CLOSES, CLOSES));
        _propose();
        vm.warp(CLOSES - 1);
        _propose();
    }

    function test_refusesStepsOnWhatIsNotOpen() public {
        bytes4 ofRequest = IOpenInnovation.InnovationRequestInState.selector;
        bytes4 ofProposal = IOpenInnovation.InnovationProposalInState.selector;
        vm.expectRevert(abi.encodeWithSelector(ofRequest, WISH, InnovationState.None));
        _propose();
        _ask();
        vm.expectRevert(abi.encodeWithSelector(ofProposal, ANSWER, InnovationState.None));
        _choose();
        _propose();
        vm.prank(provider);
        innovation.withdrawProposal(ANSWER);
        vm.expectRevert(abi.encodeWithSelector(ofProposal, ANSWER, InnovationState.Withdrawn));
        _choose();
        vm.expectRevert(abi.encodeWithSelector(ofProposal, ANSWER, InnovationState.Withdrawn));
        vm.prank(provider);
        innovation.withdrawProposal(ANSWER);
        vm.prank(consumer);
        innovation.withdrawRequest(WISH);
        vm.expectRevert(abi.encodeWithSelector(ofRequest, WISH, InnovationState.Withdrawn));
        _choose();
        vm.expectRevert(abi.encodeWithSelector(ofRequest, WISH, InnovationState.Withdrawn));
        vm.prank(consumer);
        innovation.withdrawRequest(WISH);
    }

    function test_choosesOnceAndOnlyAProposalToTheSameWish() public {
        _ask();
        _propose();
        bytes32 other = keccak256("another wish");
        vm.prank(consumer);
        innovation.request(other, consumer, CONTENT, CLOSES);
        vm.expectRevert(
            abi.encodeWithSelector(IOpenInnovation.InnovationProposalOfAnother.selector, ANSWER, other, WISH)
        );
        vm.prank(consumer);
        innovation.choose(other, ANSWER);
        _choose();
        vm.expectRevert(
            abi.encodeWithSelector(IOpenInnovation.InnovationRequestInState.selector, WISH, InnovationState.Chosen)
        );
        _choose();
    }

    function test_onlyActiveAccountsInTheRoleAskAndPropose() public {
        vm.expectRevert(abi.encodeWithSelector(IParties.PartyNotActive.selector, provider, AccountStatus.Active, 3, 8));
        vm.prank(provider);
        innovation.request(WISH, provider, CONTENT, CLOSES);
        _ask();
        vm.expectRevert(
            abi.encodeWithSelector(IParties.PartyNotActive.selector, consumer, AccountStatus.Active, 12, 2)
        );
        vm.prank(consumer);
        innovation.propose(WISH, ANSWER, consumer, TERMS);
        _propose();
        _suspendAccount(consumer);
        vm.expectRevert(
            abi.encodeWithSelector(IParties.PartyNotActive.selector, consumer, AccountStatus.Suspended, 12, 8)
        );
        _choose();
    }

    function testFuzz_nobodyActsForOthers(address caller) public {
        vm.assume(caller != consumer && caller != buyer && caller != provider && caller != seller);
        _refused(caller, abi.encodeCall(innovation.request, (WISH, consumer, CONTENT, CLOSES)));
        _ask();
        _refused(caller, abi.encodeCall(innovation.propose, (WISH, ANSWER, provider, TERMS)));
        _propose();
        _refused(caller, abi.encodeCall(innovation.choose, (WISH, ANSWER)));
        _refused(caller, abi.encodeCall(innovation.withdrawProposal, (ANSWER)));
        _refused(caller, abi.encodeCall(innovation.withdrawRequest, (WISH)));
        _refused(provider, abi.encodeCall(innovation.choose, (WISH, ANSWER)));
        _refused(consumer, abi.encodeCall(innovation.withdrawProposal, (ANSWER)));
    }

    function _refused(address caller, bytes memory data) private {
        vm.prank(caller);
        (bool done, bytes memory reason) = address(innovation).call(data);
        assert(!done && bytes4(reason) == IRepresentatives.PartyNotActing.selector);
    }

    function _ask() private {
        vm.prank(consumer);
        innovation.request(WISH, consumer, CONTENT, CLOSES);
    }

    function _propose() private {
        vm.prank(provider);
        innovation.propose(WISH, ANSWER, provider, TERMS);
    }

    function _choose() private {
        vm.prank(consumer);
        innovation.choose(WISH, ANSWER);
    }
}
