// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {AgreementHash} from "../marketplace/AgreementHash.sol";
import {Agreement, PricePlan} from "../marketplace/IAgreementRegistry.sol";
import {USING} from "../marketplace/IRepresentatives.sol";
import {IReserves, Reserve, Voucher} from "./IReserves.sol";
import {Payments} from "./Payments.sol";

/// @title Payment by use: money set aside, and vouchers that draw on it
abstract contract Reserves is IReserves, Payments, EIP712 {
    using AgreementHash for Agreement;

    bytes32 private constant VOUCHER_TYPEHASH = keccak256("Voucher(bytes32 agreement,uint96 cumulative)");
    uint256 private constant LARGEST_BATCH = 64;

    /// @inheritdoc IReserves
    uint32 public immutable closingSeconds;

    /// @dev A claim reads the first slot (key, funded, feeBps) and writes the second (provider, claimed); the third is for who
    /// closes it.
    mapping(bytes32 agreement => Reserve) private _reserves;

    constructor(uint32 closingSeconds_) EIP712("OPEM Escrow", "1") {
        closingSeconds = closingSeconds_;
    }

    /// @inheritdoc IReserves
    function reserve(Agreement calldata agreement, uint96 amount) external {
        bytes32 id = agreement.idOf();
        if (agreement.plan != PricePlan.PayPerUse) revert ReservePlan(id, agreement.plan);
        if (amount == 0) revert EscrowNothing();
        if (!_agreements.inForce(id, uint40(block.timestamp))) revert ReserveNotInForce(id, block.timestamp);
        _checkActing(agreement.consumer, USING);
        Reserve storage known = _reserves[id];
        if (known.reclaimableAt != 0) revert ReserveClosed(id, known.reclaimableAt);
        uint256 funded = uint256(known.funded) + amount;
        if (funded > type(uint80).max) revert ReserveTooLarge(id, funded);

        _take(agreement.consumer, amount);
        address key = known.key == address(0) ? msg.sender : known.key;
        (known.key, known.funded, known.feeBps) = (key, uint80(funded), agreement.feeBps);
        if (known.provider == address(0)) {
            (known.provider, known.consumer) = (agreement.provider, agreement.consumer);
        }
        emit Reserved(id, agreement.consumer, agreement.provider, amount, uint96(funded), agreement.feeBps, key);
    }

    /// @inheritdoc IReserves
    function claim(bytes32 agreement, uint96 cumulative, bytes calldata signature) external {
        _claim(agreement, cumulative, signature);
    }

    /// @inheritdoc IReserves
    function claimMany(Voucher[] calldata vouchers, bytes[] calldata signatures) external {
        uint256 count = vouchers.length;
        if (count == 0 || count > LARGEST_BATCH || count != signatures.length) {
            revert VoucherBatch(count, signatures.length, LARGEST_BATCH);
        }
        for (uint256 i = 0; i < count; ++i) {
            _claim(vouchers[i].agreement, vouchers[i].cumulative, signatures[i]);
        }
    }

    /// @inheritdoc IReserves
    function closeReserve(bytes32 agreement) external {
        Reserve storage known = _reserves[agreement];
        if (known.key == address(0)) revert ReserveNotOpen(agreement);
        if (known.reclaimableAt != 0) revert ReserveClosed(agreement, known.reclaimableAt);
        _checkActing(known.consumer, USING);

        // 40 bits of seconds last for 34,000 years.
        uint40 reclaimableAt = uint40(block.timestamp) + closingSeconds;
        known.reclaimableAt = reclaimableAt;
        emit ReserveClosing(agreement, reclaimableAt, msg.sender);
    }

    /// @inheritdoc IReserves
    function reclaim(bytes32 agreement) external {
        Reserve storage known = _reserves[agreement];
        uint40 reclaimableAt = known.reclaimableAt;
        if (reclaimableAt == 0) revert ReserveNotClosing(agreement);
        if (block.timestamp < reclaimableAt) revert ReserveNotReclaimable(agreement, reclaimableAt, block.timestamp);

        uint80 claimed = known.claimed;
        uint80 rest = known.funded - claimed;
        (known.key, known.funded, known.reclaimableAt) = (address(0), claimed, 0);
        _give(known.consumer, rest);
        emit ReserveReclaimed(agreement, rest, claimed);
    }

    /// @inheritdoc IReserves
    function reserveOf(bytes32 agreement) external view returns (Reserve memory) {
        return _reserves[agreement];
    }

    function _claim(bytes32 id, uint96 cumulative, bytes calldata signature) private {
        Reserve storage known = _reserves[id];
        (address key, uint80 funded, uint16 feeBps) = (known.key, known.funded, known.feeBps);
        (address provider, uint80 claimed) = (known.provider, known.claimed);
        if (key == address(0)) revert ReserveNotOpen(id);
        if (cumulative <= claimed || cumulative > funded) {
            revert VoucherOutOfRange(id, cumulative, claimed, funded);
        }
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(VOUCHER_TYPEHASH, id, cumulative)));
        (address signer, , ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (signer != key) _checkSigned(known.consumer, USING, digest, signature);

        // Not above `funded`, which 80 bits hold.
        known.claimed = uint80(cumulative);
        (uint96 toProvider, uint96 fee) = _earn(provider, cumulative - claimed, feeBps);
        emit VoucherClaimed(id, cumulative, toProvider, fee);
    }
}
