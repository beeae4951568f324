// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Escrow} from "../../contracts/billing/Escrow.sol";
import {IPurses} from "../../contracts/billing/IPurses.sol";
import {Voucher} from "../../contracts/billing/IReserves.sol";
import {Agreement, PricePlan} from "../../contracts/marketplace/IAgreementRegistry.sol";
import {ListingKind} from "../../contracts/marketplace/IListingRegistry.sol";
import {IRepresentatives} from "../../contracts/marketplace/IRepresentatives.sol";
import {Answer, HostileOwner} from "./support/HostileOwner.sol";
import {HostileToken, Malice, SilentToken} from "./support/HostileToken.sol";
import {MarketWorld} from "./support/MarketWorld.sol";
import {vm} from "./support/Vm.sol";

/// @notice Tokens that cheat, and contracts that sign and receive and mean no good.
contract HostileMarketTest is MarketWorld {
    HostileToken private _token;
    HostileOwner private _owner;

    function setUp() public override {
        super.setUp();
        _publish(LISTING, ListingKind.Analytic);
        _token = new HostileToken();
        _owner = new HostileOwner();
    }

    function test_aTokenThatTakesAFeeIsRefused() public {
        _countIn(address(_token));
        _token.become(Malice.Fee, address(0), "");
        vm.expectRevert(abi.encodeWithSelector(IPurses.EscrowDepositIncomplete.selector, 990_000, 1_000_000));
        escrow.deposit(consumer, EUR);
        assert(escrow.availableOf(consumer) == 0);
    }

    function test_aTokenThatAnswersFalseIsRefusedInAndOut() public {
        _countIn(address(_token));
        escrow.deposit(consumer, EUR);
        _token.become(Malice.False, address(0), "");
        bytes memory failed = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, _token);
        vm.expectRevert(failed);
        escrow.deposit(consumer, EUR);
        vm.expectRevert(failed);
        vm.prank(consumer);
        escrow.withdraw(consumer, EUR);
        assert(escrow.availableOf(consumer) == EUR);
    }

    function test_aTokenThatAnswersNothingWorks() public {
        SilentToken silent = new SilentToken();
        silent.mint(address(this), EUR);
        escrow = _escrowOf(address(silent));
        escrow.deposit(consumer, EUR);
        vm.prank(consumer);
        escrow.withdraw(consumer, EUR);
        assert(silent.balanceOf(consumer) == EUR && silent.balanceOf(address(escrow)) == 0);
    }

    function test_aTokenThatComesBackInTheMiddleMovesNothing() public {
        _countIn(address(_token));
        escrow.deposit(consumer, 3 * EUR);
        _earn();
        _ownedByContract();
        // Whose purse it is comes back in the middle of being paid, and asks for the rest again.
        bytes memory again = abi.encodeCall(escrow.withdraw, (consumer, EUR));
        bytes[4] memory calls = [
            abi.encodeCall(_owner.pass, (address(escrow), again)),
            abi.encodeCall(escrow.deposit, (STRANGER, EUR)),
            abi.encodeCall(escrow.depositWithPermit, (STRANGER, EUR, 0, 0, 0, 0)),
            abi.encodeCall(escrow.withdrawFees, (_providers()))
        ];
        _token.mint(address(_token), EUR);
        for (uint256 i = 1; i < 4; ++i) {
            _token.become(Malice.Reenter, address(escrow), calls[i]);
            _owner.pass(address(escrow), abi.encodeCall(escrow.withdraw, (consumer, EUR / 10)));
            assert(_token.reentered() == 2);
            assert(_token.refusal() == ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        }
        _token.become(Malice.Reenter, address(_owner), calls[0]);
        _owner.pass(address(escrow), abi.encodeCall(escrow.withdraw, (consumer, EUR / 10)));
        assert(escrow.availableOf(consumer) == 2 * EUR - 4 * (EUR / 10));
        _covers();

        _token.become(Malice.Reenter, address(escrow), calls[1]);
        escrow.deposit(consumer, EUR);
        assert(_token.reentered() == 2 && escrow.availableOf(STRANGER) == 0);
        escrow.withdrawFees(_providers());
        assert(_token.reentered() == 2);
        _covers();
    }

    function test_whatIsMovedInsideWhileATokenComesBackIsCountedOnce() public {
        _countIn(address(_token));
        escrow.deposit(consumer, 3 * EUR);
        (bytes32 id, Agreement memory agreement) = _concluded(PricePlan.OneTime, EUR, 0);
        _token.become(Malice.Reenter, address(escrow), abi.encodeCall(escrow.pay, (agreement, 0)));
        vm.prank(consumer);
        escrow.withdraw(consumer, EUR);
        assert(_token.reentered() == 1 && escrow.availableOf(consumer) == EUR);
        assert(escrow.paymentOf(escrow.paymentIdOf(id, 0)).amount == EUR);
        assert(_token.balanceOf(address(escrow)) == 2 * EUR);
    }

    function test_aContractSignsForTheDidThatItOwns() public {
        _ownedByContract();
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        bytes memory byProvider = _signAgreement(PROVIDER_KEY, agreement);
        agreements.conclude(agreement, "whatever it likes", byProvider);
    }

    function test_aContractThatAnswersAnythingElseSignsNothing() public {
        _ownedByContract();
        Agreement memory agreement = _terms(PricePlan.Free, 0, 0);
        bytes memory byProvider = _signAgreement(PROVIDER_KEY, agreement);
        bytes memory data = abi.encodeCall(agreements.conclude, (agreement, "", byProvider));
        Answer[6] memory answers = [Answer.No, Answer.Short, Answer.Endless, Answer.Burn, Answer.Write, Answer.Revert];
        for (uint256 i = 0; i < 6; ++i) {
            _owner.become(answers[i]);
            (bool done, bytes memory reason) = address(agreements).call{gas: 5_000_000}(data);
            assert(!done && bytes4(reason) == IRepresentatives.PartySignatureInvalid.selector);
        }
        _owner.become(Answer.Yes);
        (bool concluded, ) = address(agreements).call{gas: 5_000_000}(data);
        assert(concluded);
    }

    function test_aContractThatBurnsGasSpoilsOnlyTheBatchItIsIn() public {
        _fill(10 * EUR);
        (bytes32 good, Agreement memory first) = _concluded(PricePlan.PayPerUse, 1, 0);
        (bytes32 bad, Agreement memory second) = _concluded(PricePlan.PayPerUse, 1, 0);
        vm.prank(consumer);
        escrow.reserve(first, EUR);
        vm.prank(consumer);
        escrow.reserve(second, EUR);
        _ownedByContract();
        _owner.become(Answer.Burn);
        (Voucher[] memory vouchers, bytes[] memory signatures) = (new Voucher[](2), new bytes[](2));
        (vouchers[0], signatures[0]) = (Voucher(good, EUR), _signVoucher(CONSUMER_KEY, good, EUR));
        (vouchers[1], signatures[1]) = (Voucher(bad, EUR), "");
        bytes memory both = abi.encodeCall(escrow.claimMany, (vouchers, signatures));
        (bool done, ) = address(escrow).call{gas: 5_000_000}(both);
        assert(!done);
        escrow.claim(good, EUR, signatures[0]);
    }

    function test_aKeyThatLostTheDidCannotSpendThePurse() public {
        _fill(EUR);
        (, Agreement memory agreement) = _concluded(PricePlan.PayPerUse, 1, 0);
        _ownedByContract();
        bytes[2] memory calls = [
            abi.encodeCall(escrow.withdraw, (consumer, EUR)),
            abi.encodeCall(escrow.reserve, (agreement, EUR))
        ];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(consumer);
            (bool done, bytes memory reason) = address(escrow).call(calls[i]);
            assert(!done && bytes4(reason) == IRepresentatives.PartyNotActing.selector);
        }
    }

    /// @dev A registry that was upgraded to let parties sign any fee makes no money and locks none.
    function test_aFeeAboveTheWholeIsTheWhole() public {
        _fill(EUR);
        Agreement memory agreement = _terms(PricePlan.OneTime, EUR, 0);
        agreement.feeBps = type(uint16).max;
        vm.etch(address(agreements), address(new YesRegistry()).code);
        bytes32 payment = escrow.pay(agreement, 0);
        vm.prank(consumer);
        escrow.accept(payment);
        assert(escrow.availableOf(provider) == 0 && escrow.feesOf(provider) == EUR);
    }

    function _countIn(address token) private {
        escrow = _escrowOf(token);
        _token.mint(address(this), 10 * EUR);
        _token.approve(address(escrow), 10 * EUR);
    }

    function _ownedByContract() private {
        vm.prank(consumer);
        dids.changeOwner(consumer, address(_owner));
    }

    /// @dev 1 EUR of the consumer's purse to the provider, accepted.
    function _earn() private {
        (, Agreement memory agreement) = _concluded(PricePlan.OneTime, EUR, 0);
        bytes32 payment = escrow.pay(agreement, 0);
        vm.prank(consumer);
        escrow.accept(payment);
    }

    function _covers() private view {
        uint256 owed = escrow.availableOf(consumer) + escrow.availableOf(provider) + escrow.feesOf(provider);
        assert(_token.balanceOf(address(escrow)) == owed);
    }

    function _providers() private view returns (address[] memory providers) {
        providers = new address[](1);
        providers[0] = provider;
    }
}

/// @notice A registry under which everything is agreed.
contract YesRegistry {
    function inForce(bytes32, uint40) external pure returns (bool) {
        return true;
    }
}
