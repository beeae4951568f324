// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccountStatus} from "../../contracts/accounts/IAccountRegistry.sol";
import {
    Agreement,
    AgreementState,
    IAgreementRegistry,
    PricePlan,
    Standing
} from "../../contracts/marketplace/IAgreementRegistry.sol";
import {ListingApproval, ListingKind, ListingState} from "../../contracts/marketplace/IListingRegistry.sol";
import {IParties} from "../../contracts/marketplace/IParties.sol";
import {IRepresentatives} from "../../contracts/marketplace/IRepresentatives.sol";
import {MarketWorld} from "./support/MarketWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice An agreement's life, and every reason for which a step is refused.
contract AgreementRegistryTest is MarketWorld {
    uint40 private constant END = uint40(NOW + 90 days);

    function setUp() public override {
        super.setUp();
        _publish(LISTING, ListingKind.Analytic);
    }

    function test_concludesWhatBothSigned() public {
        Agreement memory agreement = _terms(PricePlan.Subscription, 10 * EUR, 30 days);
        agreement.end = END;
        bytes32 id = _idOf(agreement);
        (bytes memory byConsumer, bytes memory byProvider) = _signatures(agreement);
        vm.expectEmit();
        emit IAgreementRegistry.AgreementConcluded(id, LISTING, consumer, agreement);
        vm.prank(STRANGER);
        assert(agreements.conclude(agreement, byConsumer, byProvider) == id);

        Standing memory standing = agreements.standingOf(id);
        assert(standing.state == AgreementState.Concluded && standing.concludedAt == NOW);
        assert(standing.startsAt == NOW && standing.endsAt == END);
        assert(agreements.inForce(id, uint40(NOW)) && agreements.inForce(id, END - 1));
        assert(!agreements.inForce(id, uint40(NOW) - 1) && !agreements.inForce(id, END));
        assert(!agreements.inForce(LISTING, uint40(NOW)));
    }

    function test_representativesSignInTheirRole() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        bytes memory byBuyer = _signAgreement(BUYER_KEY, agreement);
        bytes memory bySeller = _signAgreement(SELLER_KEY, agreement);
        vm.expectRevert(abi.encodeWithSelector(IRepresentatives.PartySignatureInvalid.selector, consumer, 8, seller));
        agreements.conclude(agreement, bySeller, byBuyer);
        agreements.conclude(agreement, byBuyer, bySeller);
    }

    function test_dataIsAgreedUponByADataUser() public {
        bytes32 data = keccak256("a data set");
        _publish(data, ListingKind.Data);
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        agreement.listing = data;
        (bytes memory byConsumer, bytes memory byProvider) = _signatures(agreement);
        bytes memory byBuyer = _signAgreement(BUYER_KEY, agreement);
        // The buyer acts as service user only.
        vm.expectRevert(abi.encodeWithSelector(IRepresentatives.PartySignatureInvalid.selector, consumer, 4, buyer));
        agreements.conclude(agreement, byBuyer, byProvider);
        agreements.conclude(agreement, byConsumer, byProvider);
    }

    function test_eitherSideEndsItWithItsNotice() public {
        (bytes32 id, Agreement memory agreement) = _concluded(PricePlan.Free, 0, 0);
        vm.expectEmit();
        emit IAgreementRegistry.AgreementTerminated(id, buyer, false, 0, uint40(NOW + 30 days), REASON);
        vm.prank(buyer);
        agreements.terminate(agreement, false, REASON);
        assert(agreements.standingOf(id).state == AgreementState.Terminated);
        assert(agreements.inForce(id, uint40(NOW + 30 days) - 1) && !agreements.inForce(id, uint40(NOW + 30 days)));

        (id, agreement) = _concluded(PricePlan.Free, 0, 0);
        vm.prank(seller);
        agreements.terminate(agreement, true, REASON);
        assert(agreements.standingOf(id).endsAt == NOW + 30 days);
    }

    function test_aNoticeEndsNothingLaterThanItsEnd() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        agreement.end = uint40(NOW + 10 days);
        bytes32 id = _conclude(agreement);
        vm.prank(consumer);
        agreements.terminate(agreement, false, 0);
        assert(agreements.standingOf(id).endsAt == NOW + 10 days);
    }

    function test_aSuspendedPartyEndsItsAgreementsToo() public {
        (, Agreement memory agreement) = _concluded(PricePlan.Free, 0, 0);
        _suspendAccount(consumer);
        vm.prank(consumer);
        agreements.terminate(agreement, false, 0);
    }

    function test_bothTogetherExtendItOrLeaveItOpen() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        agreement.end = END;
        bytes32 id = _conclude(agreement);
        vm.expectEmit();
        emit IAgreementRegistry.AgreementExtended(id, END, END + 1);
        _extend(agreement, END + 1);
        _extend(agreement, 0);
        assert(agreements.standingOf(id).endsAt == 0 && agreements.inForce(id, type(uint40).max));
    }

    function test_anOldExtensionShortensNothing() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        agreement.end = END;
        bytes32 id = _conclude(agreement);
        _extend(agreement, END + 1);
        _extend(agreement, END + 2);
        _expectNotExtended(id, END + 1, END + 2);
        _extend(agreement, END + 1);
        _expectNotExtended(id, END + 2, END + 2);
        _extend(agreement, END + 2);
        _extend(agreement, 0);
        _expectNotExtended(id, END + 3, 0);
        _extend(agreement, END + 3);
        _expectNotExtended(id, 0, 0);
        _extend(agreement, 0);
    }

    function test_refusesAnExtensionThatOneOfBothDidNotSign() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        agreement.end = END;
        bytes32 id = _conclude(agreement);
        uint64 deadline = type(uint64).max;
        bytes memory byConsumer = _signExtension(CONSUMER_KEY, id, END + 1, deadline);
        bytes memory byProvider = _signExtension(PROVIDER_KEY, id, END + 1, deadline);
        vm.expectRevert(abi.encodeWithSelector(IRepresentatives.PartySignatureInvalid.selector, provider, 2, consumer));
        agreements.extend(agreement, END + 1, deadline, byConsumer, byConsumer);
        vm.expectRevert(abi.encodeWithSelector(IRepresentatives.PartySignatureInvalid.selector, consumer, 8, provider));
        agreements.extend(agreement, END + 1, deadline, byProvider, byProvider);
        vm.warp(NOW + 1);
        byConsumer = _signExtension(CONSUMER_KEY, id, END + 1, NOW);
        byProvider = _signExtension(PROVIDER_KEY, id, END + 1, NOW);
        vm.expectRevert(abi.encodeWithSelector(IAgreementRegistry.AgreementExpired.selector, NOW, NOW + 1));
        agreements.extend(agreement, END + 1, NOW, byConsumer, byProvider);
        _suspendAccount(provider);
        vm.expectRevert(
            abi.encodeWithSelector(IParties.PartyNotActive.selector, provider, AccountStatus.Suspended, 3, 2)
        );
        _extend(agreement, END + 1);
    }

    function test_whatEndedIsNeitherTerminatedNorExtended() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        agreement.end = END;
        bytes32 id = _conclude(agreement);
        vm.warp(END);
        bytes memory ended = abi.encodeWithSelector(IAgreementRegistry.AgreementEnded.selector, id, END, END);
        vm.expectRevert(ended);
        vm.prank(consumer);
        agreements.terminate(agreement, false, 0);
        vm.expectRevert(ended);
        _extend(agreement, END + 1);
    }

    function test_whatIsTerminatedIsNotTerminatedAgainAndNotExtended() public {
        (bytes32 id, Agreement memory agreement) = _concluded(PricePlan.Free, 0, 0);
        vm.prank(consumer);
        agreements.terminate(agreement, false, 0);
        bytes memory terminated = abi.encodeWithSelector(
            IAgreementRegistry.AgreementNotConcluded.selector,
            id,
            AgreementState.Terminated
        );
        vm.expectRevert(terminated);
        vm.prank(provider);
        agreements.terminate(agreement, true, 0);
        vm.expectRevert(terminated);
        _extend(agreement, 0);
    }

    function test_refusesToEndWhatWasNeverConcluded() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAgreementRegistry.AgreementNotConcluded.selector,
                _idOf(agreement),
                AgreementState.None
            )
        );
        vm.prank(consumer);
        agreements.terminate(agreement, false, 0);
    }

    function testFuzz_nobodyElseTerminates(address caller, bool asProvider) public {
        (, Agreement memory agreement) = _concluded(PricePlan.Free, 0, 0);
        (address party, address delegate) = asProvider ? (provider, seller) : (consumer, buyer);
        vm.assume(caller != party && caller != delegate);
        vm.expectRevert(
            abi.encodeWithSelector(IRepresentatives.PartyNotActing.selector, caller, party, asProvider ? 3 : 12)
        );
        vm.prank(caller);
        agreements.terminate(agreement, asProvider, 0);
    }

    function test_refusesTheSameAgreementTwice() public {
        (bytes32 id, Agreement memory agreement) = _concluded(PricePlan.Free, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IAgreementRegistry.AgreementExists.selector, id));
        _conclude(agreement);
    }

    function test_refusesAfterTheDeadline() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        agreement.deadline = NOW;
        vm.warp(NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(IAgreementRegistry.AgreementExpired.selector, NOW, NOW + 1));
        _conclude(agreement);
        vm.warp(NOW);
        _conclude(agreement);
    }

    function test_refusesAListingThatIsNotPublished() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        agreement.listing = TERMS;
        _expectNotPublished(TERMS, ListingState.None);
        _conclude(agreement);
        agreement.listing = LISTING;
        vm.prank(provider);
        listings.stop(LISTING, 0);
        _expectNotPublished(LISTING, ListingState.Stopped);
        _conclude(agreement);
    }

    function test_refusesAnotherVersionThanTheOneInForce() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        ListingApproval memory approval = _approval(LISTING, ListingKind.Analytic, 2);
        bytes memory signature = _approve(approval);
        vm.prank(provider);
        listings.publish(approval, signature);
        vm.expectRevert(abi.encodeWithSelector(IAgreementRegistry.AgreementListingVersion.selector, LISTING, 1, 2));
        _conclude(agreement);
    }

    function test_refusesAnotherProviderThanTheListings() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        agreement.provider = STRANGER;
        vm.expectRevert(
            abi.encodeWithSelector(IAgreementRegistry.AgreementNotProvider.selector, LISTING, STRANGER, provider)
        );
        _conclude(agreement);
    }

    function test_refusesAnAgreementWithOneself() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        agreement.consumer = provider;
        vm.expectRevert(abi.encodeWithSelector(IAgreementRegistry.AgreementWithOneself.selector, provider));
        _conclude(agreement);
    }

    function test_refusesAnotherFeeThanTheOneInForce() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        _asGovernor(address(agreements), abi.encodeCall(agreements.setFee, (300)));
        vm.expectRevert(abi.encodeWithSelector(IAgreementRegistry.AgreementFee.selector, 250, 300));
        _conclude(agreement);
        agreement.feeBps = 300;
        _conclude(agreement);
    }

    function test_theGovernorAloneSetsTheFeeAndAtMostAFifth() public {
        _expectUnauthorised(OPERATOR);
        agreements.setFee(1);
        vm.prank(GOVERNOR);
        (bool done, ) = address(agreements).call(abi.encodeCall(agreements.setFee, (1)));
        assert(!done);
        _asGovernor(address(agreements), abi.encodeCall(agreements.setFee, (2000)));
        assert(agreements.feeBps() == 2000);
        bytes memory tooHigh = abi.encodeCall(agreements.setFee, (2001));
        vm.prank(GOVERNOR);
        manager.schedule(address(agreements), tooHigh, 0);
        vm.warp(vm.getBlockTimestamp() + TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(IAgreementRegistry.AgreementFeeTooHigh.selector, 2001, 2000));
        vm.prank(GOVERNOR);
        manager.execute(address(agreements), tooHigh);
    }

    function test_refusesPlansThatDoNotFitTheirPriceAndInterval() public {
        _refusesPlan(PricePlan.Free, 1, 0);
        _refusesPlan(PricePlan.Free, 0, 1);
        _refusesPlan(PricePlan.OneTime, 0, 0);
        _refusesPlan(PricePlan.OneTime, 1, 1);
        _refusesPlan(PricePlan.Subscription, 1, 0);
        _refusesPlan(PricePlan.Subscription, 0, 1);
        _refusesPlan(PricePlan.PayPerUse, 1, 1);
        _refusesPlan(PricePlan.PayPerUse, 0, 0);
        _refusesPlan(PricePlan.Bank, 0, 1);
        _conclude(_terms(PricePlan.OneTime, 1, 0));
        _conclude(_terms(PricePlan.Subscription, 1, 1));
        _conclude(_terms(PricePlan.PayPerUse, 1, 0));
        _conclude(_terms(PricePlan.Bank, 1, 1));
        _conclude(_terms(PricePlan.Bank, 1, 0));
    }

    function test_refusesPeriodsThatEndBeforeTheyStartOrEndedAlready() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        (agreement.start, agreement.end) = (END, END);
        _expectPeriod(END, END);
        _conclude(agreement);
        (agreement.start, agreement.end) = (uint40(NOW - 10), uint40(NOW));
        _expectPeriod(uint40(NOW - 10), uint40(NOW));
        _conclude(agreement);
        agreement.end = uint40(NOW + 1);
        _conclude(agreement);
    }

    function test_refusesPartiesWithoutAnActiveAccountInTheRole() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        _suspendAccount(consumer);
        vm.expectRevert(
            abi.encodeWithSelector(IParties.PartyNotActive.selector, consumer, AccountStatus.Suspended, 12, 8)
        );
        _conclude(agreement);
        bytes32 account = listings.accountIdOf(consumer);
        vm.prank(OPERATOR);
        accounts.reinstate(account);
        _suspendAccount(provider);
        vm.expectRevert(
            abi.encodeWithSelector(IParties.PartyNotActive.selector, provider, AccountStatus.Suspended, 3, 2)
        );
        _conclude(agreement);
    }

    function test_refusesSignaturesOfOthersHighOnesAndShortOnes() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        (bytes memory byConsumer, bytes memory byProvider) = _signatures(agreement);
        vm.expectRevert(abi.encodeWithSelector(IRepresentatives.PartySignatureInvalid.selector, consumer, 8, provider));
        agreements.conclude(agreement, byProvider, byConsumer);
        bytes memory nobody = abi.encodeWithSelector(
            IRepresentatives.PartySignatureInvalid.selector,
            consumer,
            8,
            address(0)
        );
        vm.expectRevert(nobody);
        agreements.conclude(agreement, "", byProvider);
        vm.expectRevert(nobody);
        agreements.conclude(agreement, _high(byConsumer), byProvider);
    }

    /// @param field which of the terms is changed after they were signed
    function testFuzz_aSignatureIsOfAllTerms(uint8 field, uint8 by) public {
        vm.assume(by != 0);
        Agreement memory agreement = _terms(PricePlan.OneTime, 1000, 0);
        agreement.end = END;
        (bytes memory byConsumer, bytes memory byProvider) = _signatures(agreement);
        field = field % 7;
        if (field == 0) agreement.terms = bytes32(uint256(agreement.terms) ^ by);
        else if (field == 1) agreement.price += by;
        else if (field == 2) agreement.start += by;
        else if (field == 3) agreement.end += by;
        else if (field == 4) agreement.notice += by;
        else if (field == 5) agreement.salt += by;
        else agreement.deadline -= by;
        vm.prank(STRANGER);
        (bool done, bytes memory reason) = address(agreements).call(
            abi.encodeCall(agreements.conclude, (agreement, byConsumer, byProvider))
        );
        assert(!done && bytes4(reason) == IRepresentatives.PartySignatureInvalid.selector);
    }

    function test_aSignatureIsOfOneChainAndOneContract() public {
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        bytes32 elsewhere = _digest("OPEM Agreements", address(listings), _idOf(agreement));
        (, bytes memory byProvider) = _signatures(agreement);
        bytes memory byConsumer = _signAs(CONSUMER_KEY, elsewhere);
        (bool done, ) = address(agreements).call(
            abi.encodeCall(agreements.conclude, (agreement, byConsumer, byProvider))
        );
        assert(!done);
        (byConsumer, byProvider) = _signatures(agreement);
        vm.chainId(4242);
        (done, ) = address(agreements).call(abi.encodeCall(agreements.conclude, (agreement, byConsumer, byProvider)));
        assert(!done);
    }

    function _signatures(
        Agreement memory agreement
    ) private view returns (bytes memory byConsumer, bytes memory byProvider) {
        return (_signAgreement(CONSUMER_KEY, agreement), _signAgreement(PROVIDER_KEY, agreement));
    }

    function _extend(Agreement memory agreement, uint40 end) private {
        (bytes32 id, uint64 deadline) = (_idOf(agreement), type(uint64).max);
        agreements.extend(
            agreement,
            end,
            deadline,
            _signExtension(CONSUMER_KEY, id, end, deadline),
            _signExtension(PROVIDER_KEY, id, end, deadline)
        );
    }

    /// @dev The same signature with s in the upper half of the curve.
    function _high(bytes memory signature) private pure returns (bytes memory) {
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        (bytes32 r, uint256 s, uint8 v) = (0, 0, uint8(signature[64]));
        assembly ("memory-safe") {
            r := mload(add(signature, 32))
            s := mload(add(signature, 64))
        }
        return abi.encodePacked(r, order - s, v == 27 ? uint8(28) : uint8(27));
    }

    function _refusesPlan(PricePlan plan, uint96 price, uint32 interval) private {
        Agreement memory agreement = _terms(plan, price, interval);
        vm.expectRevert(abi.encodeWithSelector(IAgreementRegistry.AgreementPlan.selector, plan, price, interval));
        _conclude(agreement);
    }

    function _expectNotPublished(bytes32 listing, ListingState state) private {
        vm.expectRevert(
            abi.encodeWithSelector(IAgreementRegistry.AgreementListingNotPublished.selector, listing, state)
        );
    }

    function _expectPeriod(uint40 start, uint40 end) private {
        vm.expectRevert(abi.encodeWithSelector(IAgreementRegistry.AgreementPeriod.selector, start, end, NOW));
    }

    function _expectNotExtended(bytes32 id, uint40 end, uint40 previousEnd) private {
        vm.expectRevert(abi.encodeWithSelector(IAgreementRegistry.AgreementNotExtended.selector, id, end, previousEnd));
    }
}
