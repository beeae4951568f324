// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Agreement, PricePlan} from "../marketplace/IAgreementRegistry.sol";

/// @dev Released: the provider has what was not given back. Returned: the consumer has all of it.
enum PaymentState {
    None,
    Held,
    Disputed,
    Released,
    Returned
}

/// @notice One payment under an agreement.
/// @param amount token units: what is held, and after the release what the provider could still give back
/// @param until Held: from then on anybody releases it. Disputed: from then on anybody lets the dispute lapse. Epoch seconds
struct Payment {
    address provider;
    uint96 amount;
    address consumer;
    uint40 until;
    uint16 feeBps;
    PaymentState state;
}

/// @notice Payments of a fixed price: held until the consumer accepts or is silent, released to the provider's purse, or given
/// back. A payment's id is keccak256(abi.encode(agreement, number)).
///
/// None → Held → Released; Held → Disputed → Released (what the operator did not give back) or Returned (when nothing is
/// left, or the operator did not decide in time).
interface IPayments {
    event PaymentHeld(
        bytes32 indexed payment,
        bytes32 indexed agreement,
        address indexed consumer,
        address provider,
        uint32 number,
        uint96 amount,
        uint16 feeBps,
        uint40 releasableAt
    );
    /// @param toProvider what went into the provider's purse
    /// @param fee what became due to the treasury
    event PaymentReleased(bytes32 indexed payment, uint96 toProvider, uint96 fee, address by);
    event PaymentDisputed(bytes32 indexed payment, bytes32 reason, uint40 decideBy);
    event PaymentDecided(
        bytes32 indexed payment,
        uint96 refund,
        uint96 toProvider,
        uint96 fee,
        bytes32 reason,
        address by
    );
    event PaymentLapsed(bytes32 indexed payment, uint96 refund);
    /// @param previous state, Held or Released
    /// @param current Returned when nothing of a held payment is left
    event PaymentRefunded(bytes32 indexed payment, uint96 amount, PaymentState previous, PaymentState current);
    /// @param invoice digest of the invoice, kept off the chain
    event BankSettled(
        bytes32 indexed payment,
        bytes32 indexed agreement,
        uint32 number,
        bytes32 invoice,
        uint96 amount
    );

    error PaymentPlan(bytes32 agreement, PricePlan plan);
    error PaymentNumber(bytes32 agreement, uint32 number);
    /// @notice The agreement was not in force at that time.
    error PaymentNotAgreed(bytes32 agreement, uint256 dueAt);
    error PaymentNotDue(bytes32 agreement, uint256 dueAt, uint256 time);
    error PaymentExists(bytes32 payment);
    error PaymentInState(bytes32 payment, PaymentState state);
    error PaymentTooEarly(bytes32 payment, uint40 until, uint256 time);
    error PaymentTooLate(bytes32 payment, uint40 until, uint256 time);
    error PaymentRefundTooHigh(bytes32 payment, uint96 refund, uint96 amount);

    /// @notice Pays the whole price (OneTime, number 0, due at the start) or that of interval `number` (Subscription, due at
    /// start + number × interval, while in force at that time) from the consumer's purse.
    /// @dev By anybody, once each.
    function pay(Agreement calldata agreement, uint32 number) external returns (bytes32 payment);

    /// @notice Releases a held payment at once.
    /// @dev By somebody who acts for the consumer.
    function accept(bytes32 payment) external;

    /// @notice Releases a held payment that the consumer was silent about.
    /// @dev By anybody from `until` on.
    function release(bytes32 payment) external;

    /// @notice Leaves it to the operator who gets a held payment.
    /// @dev By somebody who acts for the consumer, before `until`.
    function dispute(bytes32 payment, bytes32 reason) external;

    /// @notice Gives `refund` back to the consumer and the rest to the provider.
    /// @dev Operator only, before `until`.
    function decide(bytes32 payment, uint96 refund, bytes32 reason) external;

    /// @notice Gives back a disputed payment that the operator did not decide about.
    /// @dev By anybody from `until` on.
    function lapse(bytes32 payment) external;

    /// @notice Gives back a part or the whole: of what is held, or after the release from the provider's purse. The fee of
    /// what was released is not given back.
    /// @dev By somebody who acts for the provider.
    function refund(bytes32 payment, uint96 amount) external;

    /// @notice Notes that an invoice under a Bank agreement was paid outside; no tokens move. Number 0 when it has no interval.
    /// @dev Operator only, once for each number.
    function recordBankSettlement(Agreement calldata agreement, uint32 number, bytes32 invoice, uint96 amount) external;

    /// @notice Of state None when there is none.
    function paymentOf(bytes32 payment) external view returns (Payment memory);

    function paymentIdOf(bytes32 agreement, uint32 number) external pure returns (bytes32);

    /// @notice Whether the bank settlement of that number was recorded.
    function isBankSettled(bytes32 payment) external view returns (bool);

    /// @notice Seconds in which a consumer disputes a held payment.
    function acceptanceSeconds() external view returns (uint32);

    /// @notice Seconds in which the operator decides a dispute.
    function decisionSeconds() external view returns (uint32);
}
