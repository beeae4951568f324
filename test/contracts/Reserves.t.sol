// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IPurses} from "../../contracts/billing/IPurses.sol";
import {IReserves, Reserve, Voucher} from "../../contracts/billing/IReserves.sol";
import {Agreement, PricePlan} from "../../contracts/marketplace/IAgreementRegistry.sol";
import {ListingKind} from "../../contracts/marketplace/IListingRegistry.sol";
import {IRepresentatives} from "../../contracts/marketplace/IRepresentatives.sol";
import {MarketWorld} from "./support/MarketWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice Money set aside and the vouchers that draw on it, and every reason for which a step is refused.
contract ReservesTest is MarketWorld {
    uint40 private constant RECLAIMABLE = uint40(NOW) + CLOSING;

    function setUp() public override {
        super.setUp();
        _publish(LISTING, ListingKind.Analytic);
        _fill(100 * EUR);
    }

    function test_isSetAsideClaimedAndTakenBack() public {
        (bytes32 id, Agreement memory agreement) = _concluded(PricePlan.PayPerUse, 50_000, 0);
        vm.expectEmit();
        emit IReserves.Reserved(id, consumer, provider, 30 * EUR, 30 * EUR, FEE, consumer);
        vm.prank(consumer);
        escrow.reserve(agreement, 30 * EUR);
        // Whoever adds to it, the key stays.
        vm.expectEmit();
        emit IReserves.Reserved(id, consumer, provider, 10 * EUR, 40 * EUR, FEE, consumer);
        vm.prank(buyer);
        escrow.reserve(agreement, 10 * EUR);
        _purses(60 * EUR, 0, 0);

        vm.expectEmit();
        emit IReserves.VoucherClaimed(id, 10 * EUR, 9_750_000, 250_000);
        _claim(STRANGER, CONSUMER_KEY, id, 10 * EUR);
        _claim(provider, CONSUMER_KEY, id, 12 * EUR);
        _purses(60 * EUR, 11_700_000, 300_000);

        vm.expectEmit();
        emit IReserves.ReserveClosing(id, RECLAIMABLE, buyer);
        vm.prank(buyer);
        escrow.closeReserve(id);
        vm.warp(RECLAIMABLE - 1);
        _claim(provider, CONSUMER_KEY, id, 14 * EUR);
        vm.warp(RECLAIMABLE);
        vm.expectEmit();
        emit IReserves.ReserveReclaimed(id, 26 * EUR, 14 * EUR);
        vm.prank(STRANGER);
        escrow.reclaim(id);
        _purses(86 * EUR, 13_650_000, 350_000);
        Reserve memory reserve = escrow.reserveOf(id);
        assert(reserve.key == address(0) && reserve.funded == 14 * EUR && reserve.claimed == 14 * EUR);
    }

    function test_isOpenedAnewAndWhatWasClaimedStaysClaimed() public {
        (bytes32 id, Agreement memory agreement) = _reserved(30 * EUR);
        _claim(provider, CONSUMER_KEY, id, 10 * EUR);
        _takeBack(id);
        vm.expectRevert(abi.encodeWithSelector(IReserves.ReserveNotOpen.selector, id));
        _claim(provider, CONSUMER_KEY, id, 12 * EUR);

        vm.prank(buyer);
        escrow.reserve(agreement, 5 * EUR);
        assert(escrow.reserveOf(id).key == buyer && escrow.reserveOf(id).funded == 15 * EUR);
        _expectRange(id, 10 * EUR, 10 * EUR, 15 * EUR);
        _claim(provider, CONSUMER_KEY, id, 10 * EUR);
        _claim(provider, BUYER_KEY, id, 15 * EUR);
        _purses(85 * EUR, 14_625_000, 375_000);
    }

    function test_aVoucherPaysOnceAndNeverMoreThanIsSetAside() public {
        (bytes32 id, ) = _reserved(30 * EUR);
        _claim(provider, CONSUMER_KEY, id, 10 * EUR);
        _expectRange(id, 10 * EUR, 10 * EUR, 30 * EUR);
        _claim(provider, CONSUMER_KEY, id, 10 * EUR);
        _expectRange(id, 9 * EUR, 10 * EUR, 30 * EUR);
        _claim(provider, CONSUMER_KEY, id, 9 * EUR);
        _expectRange(id, 30 * EUR + 1, 10 * EUR, 30 * EUR);
        _claim(provider, CONSUMER_KEY, id, 30 * EUR + 1);
        _claim(provider, CONSUMER_KEY, id, 30 * EUR);
    }

    /// @param seed of twelve vouchers that come in any order
    function testFuzz_claimsComeToTheHighestVoucherThatIsCovered(uint256 seed) public {
        (bytes32 id, ) = _reserved(30 * EUR);
        uint96 highest;
        for (uint256 i = 0; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint96 cumulative = uint96(seed % (40 * EUR));
            bytes memory signature = _signVoucher(CONSUMER_KEY, id, cumulative);
            vm.prank(provider);
            (bool done, ) = address(escrow).call(abi.encodeCall(escrow.claim, (id, cumulative, signature)));
            assert(done == (cumulative > highest && cumulative <= 30 * EUR));
            if (done) highest = cumulative;
        }
        assert(escrow.availableOf(provider) + escrow.feesOf(provider) == highest);
    }

    function test_whoActsForTheConsumerNowSignsTooAndNobodyElse() public {
        (bytes32 id, ) = _reserved(30 * EUR);
        _claim(provider, BUYER_KEY, id, 10 * EUR);
        bytes memory signature = _signVoucher(PROVIDER_KEY, id, 20 * EUR);
        vm.expectRevert(
            abi.encodeWithSelector(IRepresentatives.PartySignatureInvalid.selector, consumer, 12, provider)
        );
        escrow.claim(id, 20 * EUR, signature);
        vm.warp(NOW + 365 days);
        signature = _signVoucher(BUYER_KEY, id, 20 * EUR);
        vm.expectRevert(abi.encodeWithSelector(IRepresentatives.PartySignatureInvalid.selector, consumer, 12, buyer));
        escrow.claim(id, 20 * EUR, signature);
    }

    function test_aVoucherIsOfOneAgreement() public {
        (bytes32 id, ) = _reserved(30 * EUR);
        (bytes32 other, ) = _reserved(30 * EUR);
        bytes memory signature = _signVoucher(CONSUMER_KEY, id, 10 * EUR);
        vm.prank(provider);
        (bool done, bytes memory reason) = address(escrow).call(
            abi.encodeCall(escrow.claim, (other, 10 * EUR, signature))
        );
        assert(!done && bytes4(reason) == IRepresentatives.PartySignatureInvalid.selector);
    }

    function test_claimsManyAtOnceAllOrNone() public {
        (Voucher[] memory vouchers, bytes[] memory signatures) = _vouchers(32);
        vm.prank(STRANGER);
        escrow.claimMany(vouchers, signatures);
        assert(escrow.availableOf(provider) + escrow.feesOf(provider) == 32 * EUR);

        (vouchers, signatures) = _vouchers(2);
        signatures[1] = signatures[0];
        vm.prank(STRANGER);
        (bool done, ) = address(escrow).call(abi.encodeCall(escrow.claimMany, (vouchers, signatures)));
        assert(!done && escrow.reserveOf(vouchers[0].agreement).claimed == 0);
    }

    function test_oneVoucherTwiceInABatchPaysNothing() public {
        (Voucher[] memory vouchers, bytes[] memory signatures) = _vouchers(2);
        (vouchers[1], signatures[1]) = (vouchers[0], signatures[0]);
        _expectRange(vouchers[0].agreement, EUR, EUR, EUR);
        escrow.claimMany(vouchers, signatures);
    }

    function test_refusesBatchesOfNoneOf65AndWithoutASignatureEach() public {
        _refusesBatch(0, 0);
        _refusesBatch(65, 65);
        _refusesBatch(2, 1);
    }

    function test_refusesOtherPlansAndAgreementsThatAreNotInForce() public {
        (bytes32 id, Agreement memory agreement) = _concluded(PricePlan.OneTime, EUR, 0);
        vm.expectRevert(abi.encodeWithSelector(IReserves.ReservePlan.selector, id, PricePlan.OneTime));
        vm.prank(consumer);
        escrow.reserve(agreement, EUR);
        agreement = _terms(PricePlan.PayPerUse, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IReserves.ReserveNotInForce.selector, _idOf(agreement), NOW));
        vm.prank(consumer);
        escrow.reserve(agreement, EUR);
        (agreement.start, agreement.end) = (uint40(NOW), uint40(NOW + 1 days));
        id = _conclude(agreement);
        vm.warp(NOW + 1 days);
        vm.expectRevert(abi.encodeWithSelector(IReserves.ReserveNotInForce.selector, id, NOW + 1 days));
        vm.prank(consumer);
        escrow.reserve(agreement, EUR);
    }

    function test_refusesToSetAsideNothingOrMoreThanThereIs() public {
        (, Agreement memory agreement) = _concluded(PricePlan.PayPerUse, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IPurses.EscrowNothing.selector));
        vm.prank(consumer);
        escrow.reserve(agreement, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IPurses.EscrowBalanceTooLow.selector, consumer, 100 * EUR + 1, 100 * EUR)
        );
        vm.prank(consumer);
        escrow.reserve(agreement, 100 * EUR + 1);
    }

    function test_refusesAReserveThatDoesNotFit() public {
        (bytes32 id, Agreement memory agreement) = _concluded(PricePlan.PayPerUse, 1, 0);
        uint96 tooMuch = uint96(type(uint80).max) + 1;
        vm.expectRevert(abi.encodeWithSelector(IReserves.ReserveTooLarge.selector, id, tooMuch));
        vm.prank(consumer);
        escrow.reserve(agreement, tooMuch);
    }

    function test_aClosingReserveIsNeitherFilledNorClosedAgain() public {
        (bytes32 id, Agreement memory agreement) = _reserved(EUR);
        vm.prank(consumer);
        escrow.closeReserve(id);
        bytes memory closed = abi.encodeWithSelector(IReserves.ReserveClosed.selector, id, RECLAIMABLE);
        vm.expectRevert(closed);
        vm.prank(consumer);
        escrow.reserve(agreement, EUR);
        vm.expectRevert(closed);
        vm.prank(consumer);
        escrow.closeReserve(id);
    }

    function test_isTakenBackOnlyOnceItIsTime() public {
        (bytes32 id, ) = _reserved(EUR);
        vm.expectRevert(abi.encodeWithSelector(IReserves.ReserveNotClosing.selector, id));
        escrow.reclaim(id);
        vm.prank(consumer);
        escrow.closeReserve(id);
        vm.warp(RECLAIMABLE - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IReserves.ReserveNotReclaimable.selector, id, RECLAIMABLE, RECLAIMABLE - 1)
        );
        escrow.reclaim(id);
        vm.warp(RECLAIMABLE);
        escrow.reclaim(id);
        vm.expectRevert(abi.encodeWithSelector(IReserves.ReserveNotClosing.selector, id));
        escrow.reclaim(id);
        vm.expectRevert(abi.encodeWithSelector(IReserves.ReserveNotOpen.selector, id));
        vm.prank(consumer);
        escrow.closeReserve(id);
    }

    function testFuzz_onlyTheConsumerSetsAsideAndCloses(address caller) public {
        vm.assume(caller != consumer && caller != buyer);
        (bytes32 id, Agreement memory agreement) = _reserved(EUR);
        bytes memory notActing = abi.encodeWithSelector(IRepresentatives.PartyNotActing.selector, caller, consumer, 12);
        vm.expectRevert(notActing);
        vm.prank(caller);
        escrow.reserve(agreement, EUR);
        vm.expectRevert(notActing);
        vm.prank(caller);
        escrow.closeReserve(id);
    }

    function _reserved(uint96 amount) private returns (bytes32 id, Agreement memory agreement) {
        (id, agreement) = _concluded(PricePlan.PayPerUse, 50_000, 0);
        vm.prank(consumer);
        escrow.reserve(agreement, amount);
    }

    function _takeBack(bytes32 id) private {
        vm.prank(consumer);
        escrow.closeReserve(id);
        vm.warp(vm.getBlockTimestamp() + CLOSING);
        escrow.reclaim(id);
    }

    function _claim(address by, uint256 key, bytes32 id, uint96 cumulative) private {
        bytes memory signature = _signVoucher(key, id, cumulative);
        vm.prank(by);
        escrow.claim(id, cumulative, signature);
    }

    /// @dev Of 1 EUR each, under agreements of their own.
    function _vouchers(uint256 count) private returns (Voucher[] memory vouchers, bytes[] memory signatures) {
        (vouchers, signatures) = (new Voucher[](count), new bytes[](count));
        for (uint256 i = 0; i < count; ++i) {
            (bytes32 id, ) = _reserved(EUR);
            (vouchers[i], signatures[i]) = (Voucher(id, EUR), _signVoucher(CONSUMER_KEY, id, EUR));
        }
    }

    function _refusesBatch(uint256 vouchers, uint256 signatures) private {
        vm.expectRevert(abi.encodeWithSelector(IReserves.VoucherBatch.selector, vouchers, signatures, 64));
        escrow.claimMany(new Voucher[](vouchers), new bytes[](signatures));
    }

    function _expectRange(bytes32 id, uint96 cumulative, uint96 claimed, uint96 funded) private {
        vm.expectRevert(abi.encodeWithSelector(IReserves.VoucherOutOfRange.selector, id, cumulative, claimed, funded));
    }

    function _purses(uint128 ofConsumer, uint128 ofProvider, uint128 fees) private view {
        assert(escrow.availableOf(consumer) == ofConsumer && escrow.availableOf(provider) == ofProvider);
        assert(escrow.feesOf(provider) == fees && euro.balanceOf(address(escrow)) == 100 * EUR);
    }
}
