// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IPayments, Payment, PaymentState} from "../../contracts/billing/IPayments.sol";
import {IPurses} from "../../contracts/billing/IPurses.sol";
import {Agreement, PricePlan} from "../../contracts/marketplace/IAgreementRegistry.sol";
import {ListingKind} from "../../contracts/marketplace/IListingRegistry.sol";
import {IRepresentatives} from "../../contracts/marketplace/IRepresentatives.sol";
import {MarketWorld} from "./support/MarketWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice A payment's life, and every reason for which a step is refused.
contract PaymentsTest is MarketWorld {
    uint40 private constant UNTIL = uint40(NOW) + ACCEPTANCE;

    function setUp() public override {
        super.setUp();
        _publish(LISTING, ListingKind.Analytic);
        _fill(100 * EUR);
    }

    function test_isHeldAndReleasedByTheConsumer() public {
        (bytes32 id, Agreement memory agreement) = _concluded(PricePlan.OneTime, 10 * EUR, 0);
        bytes32 payment = keccak256(abi.encode(id, 0));
        assert(escrow.paymentIdOf(id, 0) == payment);
        vm.expectEmit();
        emit IPayments.PaymentHeld(payment, id, consumer, provider, 0, 10 * EUR, FEE, UNTIL);
        vm.prank(STRANGER);
        escrow.pay(agreement, 0);
        _is(payment, PaymentState.Held, 10 * EUR, UNTIL);
        _purses(90 * EUR, 0, 0);

        vm.expectEmit();
        emit IPayments.PaymentReleased(payment, 9_750_000, 250_000, buyer);
        vm.prank(buyer);
        escrow.accept(payment);
        _is(payment, PaymentState.Released, 10 * EUR, UNTIL);
        _purses(90 * EUR, 9_750_000, 250_000);
    }

    function test_anybodyReleasesItOnceTheConsumerWasSilent() public {
        bytes32 payment = _pay(10 * EUR);
        vm.warp(UNTIL - 1);
        vm.expectRevert(abi.encodeWithSelector(IPayments.PaymentTooEarly.selector, payment, UNTIL, UNTIL - 1));
        escrow.release(payment);
        vm.warp(UNTIL);
        vm.prank(STRANGER);
        escrow.release(payment);
        _purses(90 * EUR, 9_750_000, 250_000);
    }

    function test_theOperatorDividesADisputedPayment() public {
        bytes32 payment = _pay(10 * EUR);
        vm.warp(UNTIL - 1);
        uint40 decideBy = UNTIL - 1 + DECISION;
        vm.expectEmit();
        emit IPayments.PaymentDisputed(payment, REASON, decideBy);
        vm.prank(consumer);
        escrow.dispute(payment, REASON);
        _is(payment, PaymentState.Disputed, 10 * EUR, decideBy);
        vm.warp(decideBy - 1);
        vm.expectEmit();
        emit IPayments.PaymentDecided(payment, 4 * EUR, 5_850_000, 150_000, REASON, OPERATOR);
        vm.prank(OPERATOR);
        escrow.decide(payment, 4 * EUR, REASON);
        _is(payment, PaymentState.Released, 6 * EUR, decideBy);
        _purses(94 * EUR, 5_850_000, 150_000);
    }

    function test_theOperatorGivesAllBackOrNothing() public {
        bytes32 payment = _disputed(10 * EUR);
        vm.prank(OPERATOR);
        escrow.decide(payment, 10 * EUR, 0);
        _is(payment, PaymentState.Returned, 0, uint40(NOW) + DECISION);
        _purses(100 * EUR, 0, 0);
        payment = _disputed(10 * EUR);
        vm.prank(OPERATOR);
        escrow.decide(payment, 0, 0);
        _purses(90 * EUR, 9_750_000, 250_000);
    }

    function test_anUndecidedDisputeLapsesToTheConsumer() public {
        bytes32 payment = _disputed(10 * EUR);
        uint40 decideBy = uint40(NOW) + DECISION;
        vm.warp(decideBy - 1);
        vm.expectRevert(abi.encodeWithSelector(IPayments.PaymentTooEarly.selector, payment, decideBy, decideBy - 1));
        escrow.lapse(payment);
        vm.warp(decideBy);
        vm.expectRevert(abi.encodeWithSelector(IPayments.PaymentTooLate.selector, payment, decideBy, decideBy));
        vm.prank(OPERATOR);
        escrow.decide(payment, 0, 0);
        vm.expectEmit();
        emit IPayments.PaymentLapsed(payment, 10 * EUR);
        vm.prank(STRANGER);
        escrow.lapse(payment);
        _is(payment, PaymentState.Returned, 0, decideBy);
        _purses(100 * EUR, 0, 0);
    }

    function test_theProviderGivesBackWhatIsHeldInParts() public {
        bytes32 payment = _pay(10 * EUR);
        vm.expectEmit();
        emit IPayments.PaymentRefunded(payment, 4 * EUR, PaymentState.Held, PaymentState.Held);
        vm.prank(seller);
        escrow.refund(payment, 4 * EUR);
        _purses(94 * EUR, 0, 0);
        vm.expectEmit();
        emit IPayments.PaymentRefunded(payment, 6 * EUR, PaymentState.Held, PaymentState.Returned);
        vm.prank(provider);
        escrow.refund(payment, 6 * EUR);
        _is(payment, PaymentState.Returned, 0, UNTIL);
        _purses(100 * EUR, 0, 0);
    }

    function test_theProviderGivesBackFromItsPurseAfterTheRelease() public {
        bytes32 payment = _pay(10 * EUR);
        vm.prank(consumer);
        escrow.accept(payment);
        vm.prank(provider);
        escrow.refund(payment, 9_750_000);
        _is(payment, PaymentState.Released, 250_000, UNTIL);
        _purses(99_750_000, 0, 250_000);
        // The fee is the treasury's: the provider would need other money.
        vm.expectRevert(abi.encodeWithSelector(IPurses.EscrowBalanceTooLow.selector, provider, 250_000, 0));
        vm.prank(provider);
        escrow.refund(payment, 250_000);
    }

    function testFuzz_refundsNeverExceedThePayment(uint96 price, uint96 first, uint96 second) public {
        price = uint96(1 + (price % (100 * EUR)));
        first = uint96(1 + (first % price));
        bytes32 payment = _pay(price);
        vm.prank(provider);
        escrow.refund(payment, first);
        uint96 rest = price - first;
        vm.assume(second > rest);
        vm.expectRevert(
            rest == 0
                ? abi.encodeWithSelector(IPayments.PaymentInState.selector, payment, PaymentState.Returned)
                : abi.encodeWithSelector(IPayments.PaymentRefundTooHigh.selector, payment, second, rest)
        );
        vm.prank(provider);
        escrow.refund(payment, second);
    }

    function testFuzz_theFeeIsRoundedDownAndNothingIsLost(uint96 price) public {
        price = uint96(1 + (price % (100 * EUR)));
        bytes32 payment = _pay(price);
        vm.prank(consumer);
        escrow.accept(payment);
        uint128 fee = escrow.feesOf(provider);
        assert(fee == (uint256(price) * 250) / 10_000);
        assert(escrow.availableOf(provider) + fee == price);
    }

    function test_refusesMoreRefundThanThePayment() public {
        bytes32 payment = _disputed(10 * EUR);
        vm.expectRevert(
            abi.encodeWithSelector(IPayments.PaymentRefundTooHigh.selector, payment, 10 * EUR + 1, 10 * EUR)
        );
        vm.prank(OPERATOR);
        escrow.decide(payment, 10 * EUR + 1, 0);
    }

    function test_refusesToGiveBackNothing() public {
        bytes32 payment = _pay(EUR);
        vm.expectRevert(abi.encodeWithSelector(IPurses.EscrowNothing.selector));
        vm.prank(provider);
        escrow.refund(payment, 0);
    }

    function test_aSubscriptionIsPaidEachIntervalOnceItIsDue() public {
        (bytes32 id, Agreement memory agreement) = _concluded(PricePlan.Subscription, 10 * EUR, 30 days);
        escrow.pay(agreement, 0);
        uint256 dueAt = NOW + 30 days;
        vm.warp(dueAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IPayments.PaymentNotDue.selector, id, dueAt, dueAt - 1));
        escrow.pay(agreement, 1);
        vm.warp(dueAt);
        escrow.pay(agreement, 1);
        // What was left out is paid later, and each once.
        vm.warp(NOW + 90 days);
        escrow.pay(agreement, 3);
        escrow.pay(agreement, 2);
        bytes32 payment = escrow.paymentIdOf(id, 2);
        vm.expectRevert(abi.encodeWithSelector(IPayments.PaymentExists.selector, payment));
        escrow.pay(agreement, 2);
    }

    function test_nothingIsDueOutsideTheAgreement() public {
        (bytes32 id, Agreement memory agreement) = _concluded(PricePlan.Subscription, 10 * EUR, 15 days);
        vm.prank(consumer);
        agreements.terminate(agreement, false, 0);
        vm.warp(NOW + 400 days);
        escrow.pay(agreement, 1);
        _expectNotAgreed(id, NOW + 30 days);
        escrow.pay(agreement, 2);
        _expectNotAgreed(id, NOW + 15 days * uint256(type(uint32).max));
        escrow.pay(agreement, type(uint32).max);
        Agreement memory unsigned = _terms(PricePlan.OneTime, EUR, 0);
        _expectNotAgreed(_idOf(unsigned), NOW + 400 days);
        escrow.pay(unsigned, 0);
    }

    function test_whatStartsLaterIsPaidLater() public {
        Agreement memory agreement = _terms(PricePlan.OneTime, 10 * EUR, 0);
        agreement.start = uint40(NOW + 1 days);
        bytes32 id = _conclude(agreement);
        vm.expectRevert(abi.encodeWithSelector(IPayments.PaymentNotDue.selector, id, NOW + 1 days, NOW));
        escrow.pay(agreement, 0);
        vm.warp(NOW + 1 days);
        escrow.pay(agreement, 0);
    }

    function test_aOneTimePriceHasNoSecondNumber() public {
        (bytes32 id, Agreement memory agreement) = _concluded(PricePlan.OneTime, 10 * EUR, 0);
        vm.expectRevert(abi.encodeWithSelector(IPayments.PaymentNumber.selector, id, 1));
        escrow.pay(agreement, 1);
    }

    function test_refusesPlansThatAreNotPaidHere() public {
        _refusesPlan(PricePlan.Free, 0);
        _refusesPlan(PricePlan.PayPerUse, 1);
        _refusesPlan(PricePlan.Bank, 1);
    }

    function test_refusesToPayMoreThanIsInThePurse() public {
        (, Agreement memory agreement) = _concluded(PricePlan.OneTime, 100 * EUR + 1, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IPurses.EscrowBalanceTooLow.selector, consumer, 100 * EUR + 1, 100 * EUR)
        );
        escrow.pay(agreement, 0);
    }

    function test_refusesADisputeThatComesTooLate() public {
        bytes32 payment = _pay(EUR);
        vm.warp(UNTIL);
        vm.expectRevert(abi.encodeWithSelector(IPayments.PaymentTooLate.selector, payment, UNTIL, UNTIL));
        vm.prank(consumer);
        escrow.dispute(payment, 0);
    }

    function test_refusesStepsThatDoNotFollow() public {
        bytes32 payment = escrow.paymentIdOf(LISTING, 0);
        _refusedIn(PaymentState.None, consumer, payment, abi.encodeCall(escrow.accept, (payment)));
        payment = _pay(EUR);
        _refusedIn(PaymentState.Held, OPERATOR, payment, abi.encodeCall(escrow.decide, (payment, 0, 0)));
        _refusedIn(PaymentState.Held, STRANGER, payment, abi.encodeCall(escrow.lapse, (payment)));
        vm.prank(consumer);
        escrow.dispute(payment, 0);
        vm.warp(UNTIL);
        _refusedIn(PaymentState.Disputed, consumer, payment, abi.encodeCall(escrow.accept, (payment)));
        _refusedIn(PaymentState.Disputed, STRANGER, payment, abi.encodeCall(escrow.release, (payment)));
        _refusedIn(PaymentState.Disputed, consumer, payment, abi.encodeCall(escrow.dispute, (payment, 0)));
        _refusedIn(PaymentState.Disputed, provider, payment, abi.encodeCall(escrow.refund, (payment, 1)));
        vm.prank(OPERATOR);
        escrow.decide(payment, 0, 0);
        _refusedIn(PaymentState.Released, consumer, payment, abi.encodeCall(escrow.accept, (payment)));
        _refusedIn(PaymentState.Released, STRANGER, payment, abi.encodeCall(escrow.release, (payment)));
        _refusedIn(PaymentState.Released, consumer, payment, abi.encodeCall(escrow.dispute, (payment, 0)));
        _refusedIn(PaymentState.Released, OPERATOR, payment, abi.encodeCall(escrow.decide, (payment, 0, 0)));
        _refusedIn(PaymentState.Released, STRANGER, payment, abi.encodeCall(escrow.lapse, (payment)));
    }

    function testFuzz_nobodyElseMovesAPayment(address caller) public {
        vm.assume(caller != consumer && caller != buyer && caller != provider && caller != seller);
        bytes32 payment = _pay(EUR);
        _refused(caller, abi.encodeCall(escrow.accept, (payment)));
        _refused(caller, abi.encodeCall(escrow.dispute, (payment, 0)));
        _refused(caller, abi.encodeCall(escrow.refund, (payment, 1)));
        _refused(provider, abi.encodeCall(escrow.accept, (payment)));
        _refused(provider, abi.encodeCall(escrow.dispute, (payment, 0)));
        _refused(consumer, abi.encodeCall(escrow.refund, (payment, 1)));
        vm.prank(consumer);
        escrow.dispute(payment, 0);
        vm.assume(caller != OPERATOR && caller != vm.addr(APPROVER_KEY) && caller != address(manager));
        _expectUnauthorised(caller);
        escrow.decide(payment, 0, 0);
    }

    function test_recordsABankSettlementOnce() public {
        (bytes32 id, Agreement memory agreement) = _concluded(PricePlan.Bank, 10 * EUR, 30 days);
        bytes32 payment = escrow.paymentIdOf(id, 1);
        vm.expectEmit();
        emit IPayments.BankSettled(payment, id, 1, CONTENT, 12_100_000);
        vm.prank(OPERATOR);
        escrow.recordBankSettlement(agreement, 1, CONTENT, 12_100_000);
        assert(escrow.isBankSettled(payment) && !escrow.isBankSettled(escrow.paymentIdOf(id, 0)));
        _purses(100 * EUR, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IPayments.PaymentExists.selector, payment));
        vm.prank(OPERATOR);
        escrow.recordBankSettlement(agreement, 1, CONTENT, 12_100_000);
    }

    function test_refusesBankSettlementsOfOthersOrUnderOtherAgreements() public {
        (bytes32 id, Agreement memory agreement) = _concluded(PricePlan.Bank, 10 * EUR, 0);
        _expectUnauthorised(provider);
        escrow.recordBankSettlement(agreement, 0, CONTENT, EUR);
        vm.expectRevert(abi.encodeWithSelector(IPayments.PaymentNumber.selector, id, 1));
        vm.prank(OPERATOR);
        escrow.recordBankSettlement(agreement, 1, CONTENT, EUR);
        (id, agreement) = _concluded(PricePlan.OneTime, 10 * EUR, 0);
        vm.expectRevert(abi.encodeWithSelector(IPayments.PaymentPlan.selector, id, PricePlan.OneTime));
        vm.prank(OPERATOR);
        escrow.recordBankSettlement(agreement, 0, CONTENT, EUR);
        agreement = _terms(PricePlan.Bank, EUR, 0);
        _expectNotAgreed(_idOf(agreement), NOW);
        vm.prank(OPERATOR);
        escrow.recordBankSettlement(agreement, 0, CONTENT, EUR);
    }

    function _pay(uint96 price) private returns (bytes32) {
        (, Agreement memory agreement) = _concluded(PricePlan.OneTime, price, 0);
        return escrow.pay(agreement, 0);
    }

    function _disputed(uint96 price) private returns (bytes32 payment) {
        payment = _pay(price);
        vm.prank(consumer);
        escrow.dispute(payment, REASON);
    }

    function _is(bytes32 id, PaymentState state, uint96 amount, uint40 until) private view {
        Payment memory payment = escrow.paymentOf(id);
        assert(payment.state == state && payment.amount == amount && payment.until == until);
        assert(payment.provider == provider && payment.consumer == consumer && payment.feeBps == FEE);
    }

    function _purses(uint128 ofConsumer, uint128 ofProvider, uint128 fees) private view {
        assert(escrow.availableOf(consumer) == ofConsumer && escrow.availableOf(provider) == ofProvider);
        assert(escrow.feesOf(provider) == fees && euro.balanceOf(address(escrow)) == 100 * EUR);
    }

    function _refusesPlan(PricePlan plan, uint96 price) private {
        (bytes32 id, Agreement memory agreement) = _concluded(plan, price, 0);
        vm.expectRevert(abi.encodeWithSelector(IPayments.PaymentPlan.selector, id, plan));
        escrow.pay(agreement, 0);
    }

    function _expectNotAgreed(bytes32 id, uint256 dueAt) private {
        vm.expectRevert(abi.encodeWithSelector(IPayments.PaymentNotAgreed.selector, id, dueAt));
    }

    function _refused(address caller, bytes memory data) private {
        vm.prank(caller);
        (bool done, bytes memory reason) = address(escrow).call(data);
        assert(!done && bytes4(reason) == IRepresentatives.PartyNotActing.selector);
    }

    function _refusedIn(PaymentState state, address caller, bytes32 payment, bytes memory data) private {
        vm.prank(caller);
        (bool done, bytes memory reason) = address(escrow).call(data);
        bytes memory expected = abi.encodeWithSelector(IPayments.PaymentInState.selector, payment, state);
        assert(!done && keccak256(reason) == keccak256(expected));
    }
}
