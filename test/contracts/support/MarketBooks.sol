// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Escrow} from "../../../contracts/billing/Escrow.sol";
import {Payment, PaymentState} from "../../../contracts/billing/IPayments.sol";
import {Reserve} from "../../../contracts/billing/IReserves.sol";
import {AgreementRegistry} from "../../../contracts/marketplace/AgreementRegistry.sol";
import {ListingRegistry} from "../../../contracts/marketplace/ListingRegistry.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice What a history left behind, kept beside the contracts and held against them.
contract MarketBooks {
    Escrow private _escrow;
    AgreementRegistry private _agreements;
    ListingRegistry private _listings;
    address private _provider;
    address private _consumer;
    bytes32 private _listing;

    bytes32[] public agreed;
    bytes32[] public paid;
    mapping(bytes32 payment => uint256) private _priceOf;
    mapping(bytes32 payment => uint256) private _givenBack;
    mapping(bytes32 agreement => uint256) private _setAside;

    function open(
        Escrow escrow,
        AgreementRegistry agreements,
        ListingRegistry listings,
        address provider,
        address consumer,
        bytes32 listing
    ) external {
        (_escrow, _agreements, _listings) = (escrow, agreements, listings);
        (_provider, _consumer, _listing) = (provider, consumer, listing);
    }

    function noteAgreement(bytes32 id) external {
        agreed.push(id);
    }

    function notePayment(bytes32 payment, uint256 price) external {
        paid.push(payment);
        _priceOf[payment] = price;
    }

    function noteGivenBack(bytes32 payment, uint256 amount) external {
        _givenBack[payment] += amount;
    }

    function noteSetAside(bytes32 agreement, uint256 amount) external {
        _setAside[agreement] += amount;
    }

    /// @notice One of the four newest payments: old ones are over. 0 when there are none.
    function paymentAt(uint256 seed) external view returns (bytes32) {
        uint256 count = paid.length;
        return count == 0 ? bytes32(0) : paid[count - 1 - (seed % (count < 4 ? count : 4))];
    }

    function held() public view returns (uint256) {
        return IERC20(_escrow.token()).balanceOf(address(_escrow));
    }

    /// @notice All that the escrow owes: purses, fees, payments that are held or disputed, and reserves.
    function owed() external view returns (uint256 sum) {
        sum = _escrow.availableOf(_consumer) + _escrow.availableOf(_provider) + _escrow.feesOf(_provider);
        for (uint256 i = 0; i < paid.length; ++i) {
            Payment memory payment = _escrow.paymentOf(paid[i]);
            if (payment.state == PaymentState.Held || payment.state == PaymentState.Disputed) sum += payment.amount;
        }
        for (uint256 i = 0; i < agreed.length; ++i) {
            Reserve memory reserve = _escrow.reserveOf(agreed[i]);
            sum += reserve.funded - reserve.claimed;
        }
    }

    /// @notice Whether no reserve paid more than was ever set aside in it.
    function vouchersAreCovered() external view returns (bool) {
        for (uint256 i = 0; i < agreed.length; ++i) {
            Reserve memory reserve = _escrow.reserveOf(agreed[i]);
            if (reserve.claimed > reserve.funded || reserve.funded > _setAside[agreed[i]]) return false;
        }
        return true;
    }

    /// @notice Whether of no payment more was given back than was paid, and the rest is what it says.
    function refundsAreCovered() external view returns (bool) {
        for (uint256 i = 0; i < paid.length; ++i) {
            if (_escrow.paymentOf(paid[i]).amount + _givenBack[paid[i]] != _priceOf[paid[i]]) return false;
        }
        return true;
    }

    /// @notice All that a step could change.
    function state() external view returns (bytes32 hash) {
        hash = keccak256(
            abi.encode(
                _listings.listingOf(_listing),
                _escrow.availableOf(_consumer),
                _escrow.availableOf(_provider),
                _escrow.feesOf(_provider),
                held()
            )
        );
        for (uint256 i = 0; i < agreed.length; ++i) {
            hash = keccak256(abi.encode(hash, _agreements.standingOf(agreed[i]), _escrow.reserveOf(agreed[i])));
        }
        for (uint256 i = 0; i < paid.length; ++i) {
            hash = keccak256(abi.encode(hash, _escrow.paymentOf(paid[i])));
        }
    }
}
