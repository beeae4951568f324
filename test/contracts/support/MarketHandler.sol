// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {Agreement, PricePlan} from "../../../contracts/marketplace/IAgreementRegistry.sol";
import {ListingKind} from "../../../contracts/marketplace/IListingRegistry.sol";
import {MarketBooks} from "./MarketBooks.sol";
import {MarketWorld} from "./MarketWorld.sol";
import {vm} from "./Vm.sol";

/// @notice Everybody tries every step on a few listings, agreements, payments and reserves, rightly and wrongly. A step
/// that was accepted from somebody whom it is not for is counted, and so is a refused one that changed something. Never reverts.
contract MarketHandler is MarketWorld {
    uint256 private constant MOST = 12;
    /// @dev Bits of those who try: a step names whom it is for.
    uint256 private constant OF_PROVIDER = 1;
    uint256 private constant OF_CONSUMER = 2;
    uint256 private constant OF_OPERATOR = 4;
    uint256 private constant ANYBODY = 8;

    struct Attempt {
        address target;
        uint256 for_;
        bytes data;
    }

    uint256 private _steps;
    Agreement[] private _agreed;
    MarketBooks private _books;

    /// @notice Accepted steps of somebody whom they are not for.
    uint256 public wronglyAccepted;
    /// @notice Refused steps after which something was different.
    uint256 public changedThoughRefused;
    /// @notice Accepted ones, so that the run was worth something.
    uint256 public accepted;
    uint256 public claims;
    uint256 public decisions;
    /// @notice Tokens that came in by deposits and went out by withdrawals.
    uint256 public cameIn;
    uint256 public wentOut;

    /// @dev Before `setUp`.
    function keep(MarketBooks books) external {
        _books = books;
    }

    function setUp() public override {
        super.setUp();
        _publish(LISTING, ListingKind.Analytic);
        _fill(1000 * EUR);
        cameIn = 1000 * EUR;
        _books.open(escrow, agreements, listings, provider, consumer, LISTING);
        _agree(PricePlan.OneTime);
        _agree(PricePlan.Subscription);
        _agree(PricePlan.PayPerUse);
        _agree(PricePlan.PayPerUse);
    }

    /// @dev Several at a time: a payment's life takes many steps.
    function step(uint256 seed) external {
        for (uint256 i = 0; i < 8; ++i) {
            _try(_mixed(seed));
        }
    }

    function agree(uint256 seed) external {
        if (_agreed.length < MOST) _agree(PricePlan(1 + (seed % 3)));
    }

    function fill(uint96 amount) external {
        amount = uint96(1 + (amount % (100 * EUR)));
        _fill(amount);
        cameIn += amount;
    }

    function wait(uint32 time) external {
        vm.warp(vm.getBlockTimestamp() + (time % 6 days));
    }

    function _agree(PricePlan plan) private {
        uint96 price = plan == PricePlan.PayPerUse ? 1 : 10 * EUR + uint96(_agreed.length);
        Agreement memory agreement = _terms(plan, price, plan == PricePlan.Subscription ? 10 days : 0);
        bytes memory byConsumer = _signAgreement(CONSUMER_KEY, agreement);
        bytes memory byProvider = _signAgreement(PROVIDER_KEY, agreement);
        try agreements.conclude(agreement, byConsumer, byProvider) returns (bytes32 id) {
            _agreed.push(agreement);
            _books.noteAgreement(id);
        } catch {}
    }

    function _try(uint256 seed) private {
        Attempt memory attempt = _attemptOf(seed);
        // Mostly by whom it is for: lives must go on.
        uint256 who = (seed >> 72) % 4 == 0 ? (seed >> 64) % 6 : _rightly(attempt.for_, seed >> 64);
        (address caller, uint256 as_) = _callerOf(who);
        bytes32 before = _books.state();
        uint256 ofConsumer = escrow.availableOf(consumer);
        vm.prank(caller);
        (bool done, bytes memory result) = attempt.target.call(attempt.data);
        if (!done) {
            if (_books.state() != before) ++changedThoughRefused;
            return;
        }
        ++accepted;
        if (attempt.for_ != ANYBODY && attempt.for_ & as_ == 0) ++wronglyAccepted;
        _note(seed, bytes4(attempt.data), result, ofConsumer);
    }

    /// @dev What the invariants need to remember of an accepted step.
    function _note(uint256 seed, bytes4 selector, bytes memory result, uint256 ofConsumer) private {
        bytes32 payment = _books.paymentAt(seed >> 16);
        uint256 gained = escrow.availableOf(consumer) - _min(ofConsumer, escrow.availableOf(consumer));
        if (selector == escrow.pay.selector) {
            payment = abi.decode(result, (bytes32));
            _books.notePayment(payment, ofConsumer - escrow.availableOf(consumer));
        } else if (
            selector == escrow.refund.selector ||
            selector == escrow.decide.selector ||
            selector == escrow.lapse.selector
        ) {
            _books.noteGivenBack(payment, gained);
            if (selector == escrow.decide.selector) ++decisions;
        } else if (selector == escrow.reserve.selector) {
            _books.noteSetAside(_books.agreed(_at(seed)), ofConsumer - escrow.availableOf(consumer));
        } else if (selector == escrow.claim.selector) {
            ++claims;
        } else if (selector == escrow.withdraw.selector || selector == escrow.withdrawFees.selector) {
            wentOut = cameIn - euro.balanceOf(address(escrow));
        }
    }

    function _attemptOf(uint256 seed) private view returns (Attempt memory) {
        uint256 action = (seed >> 128) % 16;
        bytes32 payment = _books.paymentAt(seed >> 16);
        (Agreement memory agreement, bytes32 id) = (_agreed[_at(seed)], _books.agreed(_at(seed)));
        uint96 amount = uint96(1 + ((seed >> 32) % (20 * EUR)));
        if (action < 2) {
            return _ofEscrow(ANYBODY, abi.encodeCall(escrow.pay, (agreement, uint32((seed >> 32) % 4))));
        }
        if (action == 2) return _ofEscrow(OF_CONSUMER, abi.encodeCall(escrow.accept, (payment)));
        if (action == 3) return _ofEscrow(ANYBODY, abi.encodeCall(escrow.release, (payment)));
        if (action == 4) return _ofEscrow(OF_CONSUMER, abi.encodeCall(escrow.dispute, (payment, REASON)));
        if (action == 5) return _ofEscrow(OF_OPERATOR, abi.encodeCall(escrow.decide, (payment, amount, REASON)));
        if (action == 6) return _ofEscrow(ANYBODY, abi.encodeCall(escrow.lapse, (payment)));
        if (action == 7) return _ofEscrow(OF_PROVIDER, abi.encodeCall(escrow.refund, (payment, amount)));
        if (action == 8) return _ofEscrow(OF_CONSUMER, abi.encodeCall(escrow.reserve, (agreement, amount)));
        if (action < 11) {
            // Of the consumer's key three times of four, else of the provider's own.
            uint256 key = (seed >> 136) % 4 == 0 ? PROVIDER_KEY : CONSUMER_KEY;
            bytes memory signature = _signVoucher(key, id, amount);
            uint256 for_ = key == CONSUMER_KEY ? ANYBODY : 0;
            return _ofEscrow(for_, abi.encodeCall(escrow.claim, (id, amount, signature)));
        }
        if (action == 11) return _ofEscrow(OF_CONSUMER, abi.encodeCall(escrow.closeReserve, (id)));
        if (action == 12) return _ofEscrow(ANYBODY, abi.encodeCall(escrow.reclaim, (id)));
        if (action == 13) return _withdrawal(seed, amount);
        if (action == 14) {
            bool asProvider = (seed >> 40) % 2 == 0;
            // Rarely: an agreement that ends early is of little use to the rest.
            if ((seed >> 48) % 8 != 0) return _ofListing(seed);
            return
                Attempt(
                    address(agreements),
                    asProvider ? OF_PROVIDER : OF_CONSUMER,
                    abi.encodeCall(agreements.terminate, (agreement, asProvider, REASON))
                );
        }
        return _ofListing(seed);
    }

    function _withdrawal(uint256 seed, uint96 amount) private view returns (Attempt memory) {
        if ((seed >> 40) % 3 == 0) {
            address[] memory providers = new address[](1);
            providers[0] = provider;
            return _ofEscrow(ANYBODY, abi.encodeCall(escrow.withdrawFees, (providers)));
        }
        bool own = (seed >> 40) % 3 == 1;
        return
            _ofEscrow(
                own ? OF_PROVIDER : OF_CONSUMER,
                abi.encodeCall(escrow.withdraw, (own ? provider : consumer, amount))
            );
    }

    function _ofListing(uint256 seed) private view returns (Attempt memory attempt) {
        attempt.target = address(listings);
        uint256 which = (seed >> 56) % 4;
        if (which == 0) (attempt.for_, attempt.data) = (OF_PROVIDER, abi.encodeCall(listings.stop, (LISTING, 0)));
        if (which == 1) (attempt.for_, attempt.data) = (OF_PROVIDER, abi.encodeCall(listings.start, (LISTING)));
        if (which == 2) (attempt.for_, attempt.data) = (OF_OPERATOR, abi.encodeCall(listings.suspend, (LISTING, 0)));
        if (which == 3) (attempt.for_, attempt.data) = (OF_OPERATOR, abi.encodeCall(listings.reinstate, (LISTING)));
    }

    function _ofEscrow(uint256 for_, bytes memory data) private view returns (Attempt memory) {
        return Attempt(address(escrow), for_, data);
    }

    function _rightly(uint256 for_, uint256 seed) private pure returns (uint256) {
        if (for_ == OF_PROVIDER) return seed % 2;
        if (for_ == OF_CONSUMER) return 2 + (seed % 2);
        return for_ == OF_OPERATOR ? 4 : 5;
    }

    function _callerOf(uint256 who) private view returns (address caller, uint256 as_) {
        if (who == 0) return (provider, OF_PROVIDER);
        if (who == 1) return (seller, OF_PROVIDER);
        if (who == 2) return (consumer, OF_CONSUMER);
        if (who == 3) return (buyer, OF_CONSUMER);
        if (who == 4) return (OPERATOR, OF_OPERATOR);
        return (STRANGER, 0);
    }

    function _at(uint256 seed) private view returns (uint256) {
        return (seed >> 24) % _agreed.length;
    }

    /// @dev Another number for every step, also when the fuzzer repeats itself.
    function _mixed(uint256 seed) private returns (uint256) {
        return uint256(keccak256(abi.encode(seed, ++_steps)));
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
