// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IPurses} from "../../contracts/billing/IPurses.sol";
import {Agreement, PricePlan} from "../../contracts/marketplace/IAgreementRegistry.sol";
import {ListingKind} from "../../contracts/marketplace/IListingRegistry.sol";
import {IRepresentatives} from "../../contracts/marketplace/IRepresentatives.sol";
import {MarketWorld} from "./support/MarketWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice How tokens come and go, and every reason for which they do not.
contract PursesTest is MarketWorld {
    function test_takesInAnybodysDeposit() public {
        vm.prank(OPERATOR);
        euro.mint(STRANGER, 10 * EUR);
        vm.prank(STRANGER);
        euro.approve(address(escrow), 10 * EUR);
        vm.expectEmit();
        emit IPurses.Deposited(consumer, 7 * EUR, 7 * EUR, STRANGER);
        vm.prank(STRANGER);
        escrow.deposit(consumer, 7 * EUR);
        assert(escrow.availableOf(consumer) == 7 * EUR && escrow.availableOf(STRANGER) == 0);
        assert(euro.balanceOf(address(escrow)) == 7 * EUR && euro.balanceOf(STRANGER) == 3 * EUR);
        assert(escrow.token() == address(euro) && euro.decimals() == 6);
    }

    function test_takesAPermitWithTheDeposit() public {
        vm.prank(OPERATOR);
        euro.mint(consumer, 10 * EUR);
        (uint8 v, bytes32 r, bytes32 s) = _permit(10 * EUR);
        vm.prank(consumer);
        escrow.depositWithPermit(consumer, 10 * EUR, NOW, v, r, s);
        assert(escrow.availableOf(consumer) == 10 * EUR);
    }

    function test_aPermitThatSomebodyUsedFirstStillDeposits() public {
        vm.prank(OPERATOR);
        euro.mint(consumer, 10 * EUR);
        (uint8 v, bytes32 r, bytes32 s) = _permit(10 * EUR);
        vm.prank(STRANGER);
        euro.permit(consumer, address(escrow), 10 * EUR, NOW, v, r, s);
        vm.prank(consumer);
        escrow.depositWithPermit(consumer, 10 * EUR, NOW, v, r, s);
        assert(escrow.availableOf(consumer) == 10 * EUR);
    }

    function test_aPermitOfSomebodyElseDepositsNothing() public {
        vm.prank(OPERATOR);
        euro.mint(consumer, 10 * EUR);
        (uint8 v, bytes32 r, bytes32 s) = _permit(10 * EUR);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 0, 10 * EUR)
        );
        vm.prank(STRANGER);
        escrow.depositWithPermit(STRANGER, 10 * EUR, NOW, v, r, s);
    }

    function test_paysOutToTheOwnerWhoeverAsks() public {
        _fill(10 * EUR);
        vm.expectEmit();
        emit IPurses.Withdrawn(consumer, 4 * EUR, 6 * EUR, consumer);
        vm.prank(buyer);
        escrow.withdraw(consumer, 4 * EUR);
        assert(euro.balanceOf(consumer) == 4 * EUR && euro.balanceOf(buyer) == 0);
        vm.prank(consumer);
        dids.changeOwner(consumer, STRANGER);
        vm.prank(STRANGER);
        escrow.withdraw(consumer, 6 * EUR);
        assert(euro.balanceOf(STRANGER) == 6 * EUR && euro.balanceOf(address(escrow)) == 0);
    }

    function test_aSuspendedPartyHasItsMoneyToo() public {
        _fill(EUR);
        _suspendAccount(consumer);
        vm.prank(consumer);
        escrow.withdraw(consumer, EUR);
    }

    function testFuzz_nobodyElseWithdraws(address caller) public {
        vm.assume(caller != consumer && caller != buyer);
        _fill(EUR);
        vm.expectRevert(abi.encodeWithSelector(IRepresentatives.PartyNotActing.selector, caller, consumer, 15));
        vm.prank(caller);
        escrow.withdraw(consumer, EUR);
    }

    function testFuzz_nobodyWithdrawsMoreThanThereIs(uint96 there, uint96 more) public {
        vm.assume(there < more && there > 0);
        _fill(there);
        vm.expectRevert(abi.encodeWithSelector(IPurses.EscrowBalanceTooLow.selector, consumer, more, there));
        vm.prank(consumer);
        escrow.withdraw(consumer, more);
    }

    function test_refusesToMoveNothing() public {
        bytes memory nothing = abi.encodeWithSelector(IPurses.EscrowNothing.selector);
        vm.expectRevert(nothing);
        escrow.deposit(consumer, 0);
        vm.expectRevert(nothing);
        escrow.depositWithPermit(consumer, 0, 0, 0, 0, 0);
        vm.expectRevert(nothing);
        vm.prank(consumer);
        escrow.withdraw(consumer, 0);
        vm.expectRevert(nothing);
        escrow.withdrawFees(_addresses(64));
    }

    function test_anybodySendsTheFeesToTheTreasury() public {
        _earnTen();
        assert(escrow.feesOf(provider) == EUR / 4 && escrow.availableOf(provider) == 10 * EUR - EUR / 4);
        address[] memory providers = _addresses(3);
        (providers[0], providers[2]) = (provider, provider);
        vm.expectEmit();
        emit IPurses.FeesWithdrawn(provider, EUR / 4, TREASURY);
        vm.prank(STRANGER);
        escrow.withdrawFees(providers);
        assert(euro.balanceOf(TREASURY) == EUR / 4 && escrow.feesOf(provider) == 0);
        assert(escrow.availableOf(provider) == 10 * EUR - EUR / 4);
    }

    function test_refusesFeesOfNobodyAndOfMoreThan64() public {
        vm.expectRevert(abi.encodeWithSelector(IPurses.EscrowBatch.selector, 0, 64));
        escrow.withdrawFees(_addresses(0));
        vm.expectRevert(abi.encodeWithSelector(IPurses.EscrowBatch.selector, 65, 64));
        escrow.withdrawFees(_addresses(65));
    }

    function test_theGovernorAloneNamesTheTreasuryAfterTheTimelock() public {
        assert(escrow.treasury() == TREASURY);
        _expectUnauthorised(OPERATOR);
        escrow.setTreasury(OPERATOR);
        vm.prank(GOVERNOR);
        (bool done, ) = address(escrow).call(abi.encodeCall(escrow.setTreasury, (STRANGER)));
        assert(!done);
        _asGovernor(address(escrow), abi.encodeCall(escrow.setTreasury, (STRANGER)));
        assert(escrow.treasury() == STRANGER);
        bytes memory nobody = abi.encodeCall(escrow.setTreasury, (address(0)));
        vm.prank(GOVERNOR);
        manager.schedule(address(escrow), nobody, 0);
        vm.warp(vm.getBlockTimestamp() + TIMELOCK);
        vm.expectRevert(abi.encodeWithSelector(IPurses.EscrowTreasuryMissing.selector));
        vm.prank(GOVERNOR);
        manager.execute(address(escrow), nobody);
    }

    function test_onlyTheOperatorMakesDevelopmentEuros() public {
        _expectUnauthorised(STRANGER);
        euro.mint(STRANGER, 1);
        vm.prank(OPERATOR);
        euro.mint(STRANGER, 1);
    }

    /// @dev A payment of 10 EUR, accepted at once.
    function _earnTen() private {
        _publish(LISTING, ListingKind.Analytic);
        _fill(10 * EUR);
        (, Agreement memory agreement) = _concluded(PricePlan.OneTime, 10 * EUR, 0);
        bytes32 payment = escrow.pay(agreement, 0);
        vm.prank(consumer);
        escrow.accept(payment);
    }

    function _permit(uint256 value) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 typeHash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 structHash = keccak256(abi.encode(typeHash, consumer, address(escrow), value, 0, NOW));
        return vm.sign(CONSUMER_KEY, _digest("Development Euro", address(euro), structHash));
    }

    function _addresses(uint256 count) private pure returns (address[] memory) {
        return new address[](count);
    }
}
