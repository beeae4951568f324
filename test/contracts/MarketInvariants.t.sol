// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {MarketBooks} from "./support/MarketBooks.sol";
import {MarketHandler} from "./support/MarketHandler.sol";

/// @notice What is true of the marketplace's money and states after any history. Each sentence stands in docs/invariants.md.
contract MarketInvariantsTest {
    MarketHandler private _handler;
    MarketBooks private _books;

    function setUp() public {
        _handler = new MarketHandler();
        _books = new MarketBooks();
        _handler.keep(_books);
        _handler.setUp();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[] memory selectors = new bytes4[](4);
        selectors[0] = MarketHandler.step.selector;
        selectors[1] = MarketHandler.agree.selector;
        selectors[2] = MarketHandler.fill.selector;
        selectors[3] = MarketHandler.wait.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_handler), selectors);
    }

    function invariant_theEscrowHoldsExactlyWhatItOwes() public view {
        assert(_books.held() == _books.owed());
    }

    function invariant_tokensComeByDepositsAndGoByWithdrawalsAlone() public view {
        assert(_books.held() == _handler.cameIn() - _handler.wentOut());
    }

    function invariant_onlyWhomAStepIsForTakesIt() public view {
        assert(_handler.wronglyAccepted() == 0);
    }

    function invariant_aRefusalChangesNothing() public view {
        assert(_handler.changedThoughRefused() == 0);
    }

    function invariant_noVoucherPaysMoreThanIsSetAside() public view {
        assert(_books.vouchersAreCovered());
    }

    function invariant_noMoreIsGivenBackThanWasPaid() public view {
        assert(_books.refundsAreCovered());
    }

    /// @dev A run in which nothing is claimed, decided or withdrawn says nothing.
    function test_theHandlerReachesClaimsDecisionsAndWithdrawals() public {
        for (uint256 i = 0; i < 80; ++i) {
            _handler.step(i);
            _handler.wait(uint32(i * 1 hours));
        }
        assert(_handler.accepted() > 100 && _handler.claims() > 5);
        assert(_handler.decisions() > 0 && _handler.wentOut() > 0);
    }
}
