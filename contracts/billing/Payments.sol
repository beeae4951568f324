// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AgreementHash} from "../marketplace/AgreementHash.sol";
import {Agreement, IAgreementRegistry, PricePlan} from "../marketplace/IAgreementRegistry.sol";
import {PROVIDING, USING} from "../marketplace/IRepresentatives.sol";
import {IPayments, Payment, PaymentState} from "./IPayments.sol";
import {Purses} from "./Purses.sol";

/// @title Payments of a fixed price: held, then released or given back
abstract contract Payments is IPayments, Purses {
    using AgreementHash for Agreement;

    IAgreementRegistry internal immutable _agreements;
    /// @inheritdoc IPayments
    uint32 public immutable acceptanceSeconds;
    /// @inheritdoc IPayments
    uint32 public immutable decisionSeconds;

    mapping(bytes32 payment => Payment) private _payments;
    mapping(bytes32 payment => bool) private _bankSettled;

    constructor(IAgreementRegistry agreements, uint32 acceptanceSeconds_, uint32 decisionSeconds_) {
        _agreements = agreements;
        (acceptanceSeconds, decisionSeconds) = (acceptanceSeconds_, decisionSeconds_);
    }

    /// @inheritdoc IPayments
    function pay(Agreement calldata agreement, uint32 number) external returns (bytes32 id) {
        bytes32 agreementId = agreement.idOf();
        if (agreement.plan != PricePlan.OneTime && agreement.plan != PricePlan.Subscription) {
            revert PaymentPlan(agreementId, agreement.plan);
        }
        uint256 dueAt = _dueAt(agreementId, agreement, number);
        if (dueAt > block.timestamp) revert PaymentNotDue(agreementId, dueAt, block.timestamp);
        id = paymentIdOf(agreementId, number);
        if (_payments[id].state != PaymentState.None) revert PaymentExists(id);

        (address consumer, address provider) = (agreement.consumer, agreement.provider);
        (uint96 amount, uint16 feeBps) = (agreement.price, agreement.feeBps);
        _take(consumer, amount);
        // 40 bits of seconds last for 34,000 years.
        uint40 releasableAt = uint40(block.timestamp) + acceptanceSeconds;
        _payments[id] = Payment(provider, amount, consumer, releasableAt, feeBps, PaymentState.Held);
        emit PaymentHeld(id, agreementId, consumer, provider, number, amount, feeBps, releasableAt);
    }

    /// @inheritdoc IPayments
    function accept(bytes32 id) external {
        Payment storage payment = _inState(id, PaymentState.Held);
        _checkActing(payment.consumer, USING);
        _release(id, payment);
    }

    /// @inheritdoc IPayments
    function release(bytes32 id) external {
        Payment storage payment = _inState(id, PaymentState.Held);
        _checkReached(id, payment.until);
        _release(id, payment);
    }

    /// @inheritdoc IPayments
    function dispute(bytes32 id, bytes32 reason) external {
        Payment storage payment = _inState(id, PaymentState.Held);
        _checkBefore(id, payment.until);
        _checkActing(payment.consumer, USING);

        uint40 decideBy = uint40(block.timestamp) + decisionSeconds;
        (payment.state, payment.until) = (PaymentState.Disputed, decideBy);
        emit PaymentDisputed(id, reason, decideBy);
    }

    /// @inheritdoc IPayments
    function decide(bytes32 id, uint96 refund_, bytes32 reason) external restricted {
        Payment storage payment = _inState(id, PaymentState.Disputed);
        _checkBefore(id, payment.until);
        uint96 rest = _rest(id, payment.amount, refund_);

        (payment.amount, payment.state) = (rest, rest == 0 ? PaymentState.Returned : PaymentState.Released);
        _give(payment.consumer, refund_);
        (uint96 toProvider, uint96 fee) = _earn(payment.provider, rest, payment.feeBps);
        emit PaymentDecided(id, refund_, toProvider, fee, reason, msg.sender);
    }

    /// @inheritdoc IPayments
    function lapse(bytes32 id) external {
        Payment storage payment = _inState(id, PaymentState.Disputed);
        _checkReached(id, payment.until);
        uint96 amount = payment.amount;

        (payment.amount, payment.state) = (0, PaymentState.Returned);
        _give(payment.consumer, amount);
        emit PaymentLapsed(id, amount);
    }

    /// @inheritdoc IPayments
    function refund(bytes32 id, uint96 amount) external {
        Payment storage payment = _payments[id];
        PaymentState previous = payment.state;
        if (previous != PaymentState.Held && previous != PaymentState.Released) revert PaymentInState(id, previous);
        if (amount == 0) revert EscrowNothing();
        _checkActing(payment.provider, PROVIDING);
        uint96 rest = _rest(id, payment.amount, amount);

        PaymentState current = rest == 0 && previous == PaymentState.Held ? PaymentState.Returned : previous;
        (payment.amount, payment.state) = (rest, current);
        if (previous == PaymentState.Released) _take(payment.provider, amount);
        _give(payment.consumer, amount);
        emit PaymentRefunded(id, amount, previous, current);
    }

    /// @inheritdoc IPayments
    function recordBankSettlement(
        Agreement calldata agreement,
        uint32 number,
        bytes32 invoice,
        uint96 amount
    ) external restricted {
        bytes32 agreementId = agreement.idOf();
        if (agreement.plan != PricePlan.Bank) revert PaymentPlan(agreementId, agreement.plan);
        _dueAt(agreementId, agreement, number);
        bytes32 id = paymentIdOf(agreementId, number);
        if (_bankSettled[id]) revert PaymentExists(id);

        _bankSettled[id] = true;
        emit BankSettled(id, agreementId, number, invoice, amount);
    }

    /// @inheritdoc IPayments
    function paymentOf(bytes32 id) external view returns (Payment memory) {
        return _payments[id];
    }

    /// @inheritdoc IPayments
    function paymentIdOf(bytes32 agreement, uint32 number) public pure returns (bytes32) {
        return keccak256(abi.encode(agreement, number));
    }

    /// @inheritdoc IPayments
    function isBankSettled(bytes32 payment) external view returns (bool) {
        return _bankSettled[payment];
    }

    function _release(bytes32 id, Payment storage payment) private {
        payment.state = PaymentState.Released;
        (uint96 toProvider, uint96 fee) = _earn(payment.provider, payment.amount, payment.feeBps);
        emit PaymentReleased(id, toProvider, fee, msg.sender);
    }

    /// @dev When a payment of that number is due under the agreement, which is in force then.
    function _dueAt(
        bytes32 agreementId,
        Agreement calldata agreement,
        uint32 number
    ) private view returns (uint256 dueAt) {
        uint32 interval = agreement.interval;
        if (interval == 0 && number != 0) revert PaymentNumber(agreementId, number);
        dueAt = uint256(agreement.start) + uint256(interval) * number;
        // An instant that 40 bits do not hold is in no agreement.
        if (dueAt > type(uint40).max || !_agreements.inForce(agreementId, uint40(dueAt))) {
            revert PaymentNotAgreed(agreementId, dueAt);
        }
    }

    function _inState(bytes32 id, PaymentState expected) private view returns (Payment storage payment) {
        payment = _payments[id];
        if (payment.state != expected) revert PaymentInState(id, payment.state);
    }

    function _checkBefore(bytes32 id, uint40 until) private view {
        if (block.timestamp >= until) revert PaymentTooLate(id, until, block.timestamp);
    }

    function _checkReached(bytes32 id, uint40 until) private view {
        if (block.timestamp < until) revert PaymentTooEarly(id, until, block.timestamp);
    }

    function _rest(bytes32 id, uint96 amount, uint96 refund_) private pure returns (uint96) {
        if (refund_ > amount) revert PaymentRefundTooHigh(id, refund_, amount);
        return amount - refund_;
    }
}
