// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Agreement, PricePlan} from "../marketplace/IAgreementRegistry.sol";

/// @notice What a consumer set aside for use under an agreement, token units.
/// @param key signs vouchers at the least cost: who opened the reserve
/// @param funded all that was ever set aside, less what was taken back
/// @param claimed all that was ever claimed: the highest voucher
/// @param reclaimableAt 0 while it is open; from then on the rest goes back to the consumer, epoch seconds
struct Reserve {
    address key;
    uint80 funded;
    uint16 feeBps;
    address provider;
    uint80 claimed;
    address consumer;
    uint40 reclaimableAt;
}

/// @notice That all use under an agreement so far comes to `cumulative`, signed by the consumer.
struct Voucher {
    bytes32 agreement;
    uint96 cumulative;
}

/// @notice Payment by use: the consumer sets money aside and signs vouchers off the chain, each for all use so far; the
/// provider claims the last one when it likes. A provider serves up to what is set aside, and claims in time when the consumer
/// closes the reserve.
///
/// Vouchers are signed by the key that opened the reserve, or by somebody else who acts for the consumer when they are claimed
/// (which costs more). EIP-712 domain: name `OPEM Escrow`, version `1`, chain, this contract. Type: `Voucher(bytes32
/// agreement,uint96 cumulative)`.
/// @dev Amounts of one reserve are below 2^80 (1.2 × 10^18 EUR).
interface IReserves {
    event Reserved(
        bytes32 indexed agreement,
        address indexed consumer,
        address indexed provider,
        uint96 amount,
        uint96 funded,
        uint16 feeBps,
        address key
    );
    /// @param toProvider what went into the provider's purse
    /// @param fee what became due to the treasury
    event VoucherClaimed(bytes32 indexed agreement, uint96 cumulative, uint96 toProvider, uint96 fee);
    event ReserveClosing(bytes32 indexed agreement, uint40 reclaimableAt, address by);
    event ReserveReclaimed(bytes32 indexed agreement, uint96 amount, uint96 funded);

    error ReservePlan(bytes32 agreement, PricePlan plan);
    error ReserveNotInForce(bytes32 agreement, uint256 time);
    error ReserveClosed(bytes32 agreement, uint40 reclaimableAt);
    error ReserveNotOpen(bytes32 agreement);
    error ReserveNotClosing(bytes32 agreement);
    error ReserveNotReclaimable(bytes32 agreement, uint40 reclaimableAt, uint256 time);
    error ReserveTooLarge(bytes32 agreement, uint256 funded);
    /// @notice Nothing more than what was claimed already, or than what is set aside.
    error VoucherOutOfRange(bytes32 agreement, uint96 cumulative, uint96 claimed, uint96 funded);
    error VoucherBatch(uint256 vouchers, uint256 signatures, uint256 most);

    /// @notice Sets aside money of the consumer's purse under a PayPerUse agreement; opens the reserve or adds to it.
    /// @dev By somebody who acts for the consumer, while the agreement is in force.
    function reserve(Agreement calldata agreement, uint96 amount) external;

    /// @notice Pays the provider what a voucher says above the one before.
    /// @dev By anybody.
    function claim(bytes32 agreement, uint96 cumulative, bytes calldata signature) external;

    /// @notice The same for up to 64 vouchers, all or none.
    function claimMany(Voucher[] calldata vouchers, bytes[] calldata signatures) external;

    /// @notice Says that the reserve is to be taken back; the provider claims before `reclaimableAt`.
    /// @dev By somebody who acts for the consumer; an open reserve.
    function closeReserve(bytes32 agreement) external;

    /// @notice Gives what was not claimed back to the consumer's purse. The reserve can then be opened anew; what was claimed
    /// stays claimed.
    /// @dev By anybody from `reclaimableAt` on.
    function reclaim(bytes32 agreement) external;

    /// @notice Of key 0 when there is none or it was taken back.
    function reserveOf(bytes32 agreement) external view returns (Reserve memory);

    /// @notice Seconds between closing a reserve and taking it back.
    function closingSeconds() external view returns (uint32);
}
