// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {PROVIDING, USING} from "../marketplace/IRepresentatives.sol";
import {Representatives} from "../marketplace/Representatives.sol";
import {IPurses} from "./IPurses.sol";

/// @title Each party's money, and the only ways by which tokens come and go
/// @dev Nothing else in the escrow calls the token.
abstract contract Purses is IPurses, Representatives, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev What a provider earns and the fee on it are one slot, so that a claim writes it once.
    struct Purse {
        uint128 available;
        uint128 fees;
    }

    uint256 private constant LARGEST_BATCH = 64;
    uint256 private constant WHOLE = 10_000;

    IERC20 private immutable _token;
    mapping(address party => Purse) private _purses;
    address private _treasury;

    constructor(IERC20 token_, address treasury_) {
        _token = token_;
        _setTreasury(treasury_);
    }

    /// @inheritdoc IPurses
    function deposit(address party, uint96 amount) external nonReentrant {
        _deposit(party, amount);
    }

    /// @inheritdoc IPurses
    function depositWithPermit(
        address party,
        uint96 amount,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        // Whoever sees a permit can use it first; then the allowance is there, and the deposit goes on.
        try IERC20Permit(address(_token)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _deposit(party, amount);
    }

    /// @inheritdoc IPurses
    function withdraw(address party, uint96 amount) external nonReentrant {
        if (amount == 0) revert EscrowNothing();
        _checkActing(party, PROVIDING | USING);
        uint128 balance = _take(party, amount);
        address to = _dids.identityOwner(party);
        emit Withdrawn(party, amount, balance, to);
        _token.safeTransfer(to, amount);
    }

    /// @inheritdoc IPurses
    function withdrawFees(address[] calldata providers) external nonReentrant {
        if (providers.length == 0 || providers.length > LARGEST_BATCH) {
            revert EscrowBatch(providers.length, LARGEST_BATCH);
        }
        uint256 sum;
        for (uint256 i = 0; i < providers.length; ++i) {
            uint128 fees = _purses[providers[i]].fees;
            if (fees == 0) continue;
            _purses[providers[i]].fees = 0;
            sum += fees;
            emit FeesWithdrawn(providers[i], fees, _treasury);
        }
        if (sum == 0) revert EscrowNothing();
        _token.safeTransfer(_treasury, sum);
    }

    /// @inheritdoc IPurses
    function setTreasury(address treasury_) external restricted {
        _setTreasury(treasury_);
    }

    /// @inheritdoc IPurses
    function treasury() external view returns (address) {
        return _treasury;
    }

    /// @inheritdoc IPurses
    function token() external view returns (address) {
        return address(_token);
    }

    /// @inheritdoc IPurses
    function availableOf(address party) external view returns (uint128) {
        return _purses[party].available;
    }

    /// @inheritdoc IPurses
    function feesOf(address provider) external view returns (uint128) {
        return _purses[provider].fees;
    }

    function _setTreasury(address current) private {
        if (current == address(0)) revert EscrowTreasuryMissing();
        address previous = _treasury;
        _treasury = current;
        emit TreasuryChanged(previous, current);
    }

    /// @dev No other call of the token may come in between: the balance before and after would count it twice.
    function _deposit(address party, uint96 amount) private {
        if (amount == 0) revert EscrowNothing();
        uint256 before = _token.balanceOf(address(this));
        _token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 arrived = _token.balanceOf(address(this)) - before;
        if (arrived != amount) revert EscrowDepositIncomplete(arrived, amount);
        emit Deposited(party, amount, _give(party, amount), msg.sender);
    }

    function _give(address party, uint96 amount) internal returns (uint128 balance) {
        balance = _purses[party].available + amount;
        _purses[party].available = balance;
    }

    function _take(address party, uint96 amount) internal returns (uint128 balance) {
        uint128 available = _purses[party].available;
        if (amount > available) revert EscrowBalanceTooLow(party, amount, available);
        unchecked {
            balance = available - amount;
        }
        _purses[party].available = balance;
    }

    /// @dev What a provider earned, less the fee, which is rounded down.
    function _earn(address provider, uint96 amount, uint16 feeBps) internal returns (uint96 toProvider, uint96 fee) {
        // At most all of it, so that it fits, whatever an upgraded registry lets parties sign.
        fee = uint96((uint256(amount) * (feeBps > WHOLE ? WHOLE : feeBps)) / WHOLE);
        toProvider = amount - fee;
        Purse storage purse = _purses[provider];
        (purse.available, purse.fees) = (purse.available + toProvider, purse.fees + fee);
    }
}
